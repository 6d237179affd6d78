-- name: with_id :many
SELECT place FROM homes WHERE id = :id[?];
