-- name: list_patients :many -> Patient
SELECT * FROM patients;
