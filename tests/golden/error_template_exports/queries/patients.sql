-- How each command runs.

-- name: get_patient :one
-- The patient of that key, with a "name".
SELECT id, name FROM patients WHERE id = :id;
