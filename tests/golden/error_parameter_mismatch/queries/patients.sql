-- name: add_patient(NewPatient) :one
INSERT INTO patients (id, family_name, note) VALUES (:id, :family_name, :note) RETURNING id;

-- name: put_patient(NewPatient) :exec
UPDATE patients SET family_name = :family_name, sex = :sex, note = :note! WHERE id = :id;

-- name: change_patient(NewPatient) :exec
-- sqlgen: optional note
UPDATE patients SET family_name = :family_name, note = :note WHERE id = :id;
