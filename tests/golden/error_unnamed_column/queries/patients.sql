-- name: x :many
SELECT id, id + 1 FROM patients;
