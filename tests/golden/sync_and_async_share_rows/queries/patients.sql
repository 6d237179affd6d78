-- name: get_patient :one
SELECT id, name FROM patients WHERE id = :id;

-- name: list_names :many
SELECT name FROM patients ORDER BY id;

-- name: export_patients :stream -> Patient
SELECT * FROM patients ORDER BY id;
