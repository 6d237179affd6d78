CREATE TABLE owners (id bigint PRIMARY KEY, name text NOT NULL);
CREATE INDEX owners_name ON owners (name);
CREATE TABLE pets (
    id bigint PRIMARY KEY,
    owner_id bigint NOT NULL REFERENCES owners ON DELETE CASCADE,
    vet_id bigint NOT NULL,
    born date NOT NULL,
    tags text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX pets_owner ON pets (owner_id);
CREATE INDEX pets_born ON pets (born, id);
CREATE INDEX pets_tags ON pets USING gin (tags);
