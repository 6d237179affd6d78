-- name: x :many -> Patient
SELECT id, name FROM patients;

-- name: y :many -> Patient
SELECT id, born_on FROM patients;
