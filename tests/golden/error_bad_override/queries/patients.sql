-- name: x :many
SELECT id AS "id: int!" FROM patients;
