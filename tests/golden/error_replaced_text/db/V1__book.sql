CREATE TABLE ${prefix}book (id int PRIMARY KEY);
