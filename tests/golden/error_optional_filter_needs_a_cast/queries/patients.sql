-- name: search :many
SELECT name FROM patients WHERE (:name IS NULL OR name = :name);
