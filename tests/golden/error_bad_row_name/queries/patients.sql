-- name: x :one -> patient
SELECT 1;
