-- name: x :many
SELECT id FROM patients;
