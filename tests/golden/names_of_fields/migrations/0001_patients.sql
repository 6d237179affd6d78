CREATE TYPE address AS (street text, zip text);
CREATE TABLE patients (id integer PRIMARY KEY, mrn text NOT NULL, dob date, home address);
CREATE TABLE visits (id integer PRIMARY KEY, mrn text NOT NULL, kind text NOT NULL CHECK (kind IN ('a', 'b')));
