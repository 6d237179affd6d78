-- name: x :one

-- name: y :one
SELECT 1;
