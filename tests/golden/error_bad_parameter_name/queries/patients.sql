-- name: x :one
SELECT id FROM patients WHERE id = :class;
