-- name: notes :many
SELECT id FROM notes;
