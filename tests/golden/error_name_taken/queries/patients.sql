-- name: list :many
SELECT id FROM patients;

-- name: list_ :many
SELECT name FROM patients;
