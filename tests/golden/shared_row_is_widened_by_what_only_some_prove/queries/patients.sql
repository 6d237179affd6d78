-- name: get_patient :optional -> Patient
SELECT * FROM patients WHERE id = :id;

-- name: with_birthday :many -> Patient
SELECT * FROM patients WHERE born_on IS NOT NULL;
