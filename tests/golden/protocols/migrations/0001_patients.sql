CREATE TYPE sex AS ENUM ('female', 'male');
CREATE TABLE patients (
    id integer PRIMARY KEY,
    family_name text NOT NULL,
    sex sex,
    born_on date NOT NULL
);
