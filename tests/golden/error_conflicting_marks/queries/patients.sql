-- name: x :one
SELECT id FROM patients WHERE id = :id! OR id = :id?;
