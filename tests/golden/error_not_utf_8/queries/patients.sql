-- name: x :one
SELECT 'café' AS a;
