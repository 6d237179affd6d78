-- name: x :one
SELECT 1; SELECT 2;
