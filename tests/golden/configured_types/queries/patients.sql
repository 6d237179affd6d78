-- name: get_patient :one -> Patient
SELECT * FROM patients WHERE id = :id;

-- name: rename :exec
UPDATE patients SET name = :name WHERE id = :id;
