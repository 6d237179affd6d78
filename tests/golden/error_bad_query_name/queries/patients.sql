-- name: GetPatient :one
SELECT 1;
