CREATE TABLE patients (id int PRIMARY KEY, name text NOT NULL);
