CREATE TABLE owners (id int PRIMARY KEY, name text NOT NULL);
