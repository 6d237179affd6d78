-- name: x :lots
SELECT 1;
