CREATE TABLE patients (
    id integer PRIMARY KEY,
    mrn text NOT NULL,
    family_name text NOT NULL,
    born_on date NOT NULL
);
