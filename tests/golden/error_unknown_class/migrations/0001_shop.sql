CREATE TABLE orders (id int PRIMARY KEY, total numeric NOT NULL, note text, state text);
