CREATE TYPE mood AS ENUM ('happy', 'sad');

CREATE TABLE owners (
    id int PRIMARY KEY,
    name text NOT NULL,
    born_on date,
    status text NOT NULL CHECK (status IN ('active', 'gone'))
);

CREATE TABLE pets (
    id uuid PRIMARY KEY,
    owner_id int NOT NULL REFERENCES owners,
    name text NOT NULL,
    mood mood,
    weight numeric(5, 2),
    tags text[] NOT NULL,
    extra jsonb NOT NULL
);

CREATE VIEW owner_documents AS
SELECT o.id, jsonb_build_object('id', o.id, 'name', o.name) AS document FROM owners AS o;
