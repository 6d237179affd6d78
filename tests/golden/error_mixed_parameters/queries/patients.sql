-- name: x :one
SELECT id FROM patients WHERE id = :id AND name = $1;
