-- name: x :many
UPDATE patients SET name = :name;
