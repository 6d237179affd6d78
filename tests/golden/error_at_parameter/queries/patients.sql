-- name: get_patient :optional
SELECT name FROM patients WHERE id = @id;
