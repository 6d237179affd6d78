-- name: x :one
SELECT 'abc FROM patients;
