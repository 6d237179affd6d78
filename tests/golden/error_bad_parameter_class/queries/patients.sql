-- name: add_patient(new_patient) :one
INSERT INTO patients (id, family_name, note) VALUES (:id, :family_name, :note) RETURNING id;

-- name: count_patients() :one
SELECT count(*) FROM patients;

-- name: list_patients(All) :many
SELECT id FROM patients;

-- name: get_patient(Key :one
SELECT id FROM patients WHERE id = :id;
