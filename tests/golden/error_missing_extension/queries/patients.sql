-- name: one :one
SELECT 1;
