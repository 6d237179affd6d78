CREATE TABLE patients (id int PRIMARY KEY);
