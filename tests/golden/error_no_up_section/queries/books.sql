-- name: books :many
SELECT id FROM book;
