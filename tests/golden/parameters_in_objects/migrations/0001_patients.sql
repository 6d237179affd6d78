CREATE TYPE sex AS ENUM ('female', 'male');
CREATE TYPE address AS (street text, city text);
CREATE TABLE patients (
    id integer PRIMARY KEY,
    family_name text NOT NULL,
    sex sex NOT NULL DEFAULT 'female',
    home address,
    note text,
    data jsonb,
    born_on date
);
