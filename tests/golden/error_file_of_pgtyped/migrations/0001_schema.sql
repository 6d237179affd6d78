CREATE TABLE patients (
    id integer PRIMARY KEY,
    mrn text NOT NULL UNIQUE,
    name text NOT NULL,
    born_on date
);

CREATE TABLE appointments (
    id integer PRIMARY KEY,
    patient_id integer NOT NULL REFERENCES patients (id),
    starts_at timestamptz NOT NULL,
    note text
);
