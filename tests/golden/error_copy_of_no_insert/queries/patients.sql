-- name: list_names :copy
SELECT name FROM patients;

-- name: rename :copy
UPDATE patients SET name = :name WHERE id = :id;

-- name: get_names :batch
SELECT name FROM patients;
