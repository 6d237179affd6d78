-- +goose Up
CREATE TABLE patients (id integer PRIMARY KEY);

-- +goose Down
DROP TABLE patients;
