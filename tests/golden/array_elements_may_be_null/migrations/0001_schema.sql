CREATE TABLE things (id integer PRIMARY KEY, tags text[] NOT NULL);
