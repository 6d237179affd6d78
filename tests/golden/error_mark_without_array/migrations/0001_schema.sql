CREATE TYPE place AS (street text, floor int);
CREATE TABLE homes (id int PRIMARY KEY, place place NOT NULL);
