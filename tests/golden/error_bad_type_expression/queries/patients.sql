-- name: x :many
SELECT id AS "id: list[" FROM patients;
