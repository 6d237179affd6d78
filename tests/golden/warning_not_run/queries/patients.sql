-- name: get_patient :optional
SELECT id, name FROM patients WHERE id = :id;
