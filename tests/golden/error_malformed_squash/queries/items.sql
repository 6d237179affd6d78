-- name: list_items :many
SELECT id FROM items;
