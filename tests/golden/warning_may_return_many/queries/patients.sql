-- name: x :one
SELECT id FROM patients WHERE name = :name;
