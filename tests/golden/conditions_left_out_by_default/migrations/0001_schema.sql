CREATE TYPE place AS (street text, floor int);
CREATE TABLE homes (
    id int PRIMARY KEY,
    place place NOT NULL,
    kind text NOT NULL CHECK (kind IN ('flat', 'house')),
    notes text[] NOT NULL
);
