-- name: list_patients :many
SELECT id FROM patients;
