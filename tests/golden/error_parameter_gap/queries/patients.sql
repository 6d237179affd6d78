-- name: x :one
SELECT id FROM patients WHERE id = $1 AND name = $3;
