-- name: get_patient :optional
SELECT id FROM patients WHERE id = :id;
