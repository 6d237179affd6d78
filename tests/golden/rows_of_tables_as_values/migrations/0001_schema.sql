CREATE TABLE owners (id bigint PRIMARY KEY, name text NOT NULL, phone text);
CREATE TABLE pets (id bigint PRIMARY KEY, owner_id bigint NOT NULL REFERENCES owners, name text NOT NULL);
CREATE TABLE changes (id bigint PRIMARY KEY, before pets, after pets NOT NULL);
