-- name: list_ids :many
SELECT id FROM patients;
