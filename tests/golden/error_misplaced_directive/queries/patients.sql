-- name: list_patients :many
SELECT id FROM patients
-- sqlgen: optional name
WHERE name = :name ORDER BY id;

-- name: count_patients :one
SELECT count(*) FROM patients WHERE name = :name; -- sqlgen: optional name
-- sqlgen: allow may-return-many

-- name: get_patient :one
SELECT id FROM patients WHERE name = '-- sqlgen: optional name';

-- name: find_patient :many
-- sqlgen: optional name
SELECT id FROM patients WHERE /* -- sqlgen: optional name */ name = :name;
