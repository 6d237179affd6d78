-- name: x :one
SELECT 1 AS a;

-- name: x :one
SELECT 2 AS a;
