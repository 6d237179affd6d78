-- name: by_name :many
SELECT id FROM patients WHERE name = :name;
