-- name: get_patient :one -> Patient
SELECT * FROM patients WHERE id = :id;
