-- name: list_patients :many
SELECT id, born_on FROM patients;
