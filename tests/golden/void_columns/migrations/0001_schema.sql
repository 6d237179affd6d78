CREATE TABLE patients (id integer PRIMARY KEY, name text NOT NULL);
