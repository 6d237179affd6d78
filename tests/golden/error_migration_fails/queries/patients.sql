-- name: all_patients :many
SELECT id FROM patients;
