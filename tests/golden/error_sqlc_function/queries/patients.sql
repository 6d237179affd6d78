-- name: get_patient :optional
SELECT name FROM patients WHERE id = sqlc.arg(id) AND name = sqlc.narg('name');
