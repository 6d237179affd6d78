-- name: x :one
SELECT 1 AS a;
