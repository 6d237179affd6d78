-- +goose Up
CREATE TABLE book (id int PRIMARY KEY);
-- +goose Down
DROP TABLE book;
