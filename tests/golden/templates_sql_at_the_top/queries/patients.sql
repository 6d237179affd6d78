-- How each command runs.

-- name: get_patient :one
-- The patient of that key, with a "name".
SELECT id, name FROM patients WHERE id = :id;

-- name: find_patient :optional -> Patient
SELECT id, name FROM patients WHERE mrn = :mrn;

-- name: list_patients :many -> Patient
SELECT id, name FROM patients ORDER BY id;

-- name: rename_patient :exec
UPDATE patients SET name = :name WHERE id = :id;

-- name: delete_patient :execrows
DELETE FROM patients WHERE id = :id;

-- name: count_patients :one
SELECT count(*) FROM patients;

-- name: oldest_birth :one
SELECT min(born_on) FROM patients;

-- name: seen_within :one
SELECT tstzrange(min(starts_at), max(starts_at)) FROM appointments WHERE patient_id = :patient_id;
