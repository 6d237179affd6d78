-- name: list_patients :many
SELECT id, sex FROM patients;
