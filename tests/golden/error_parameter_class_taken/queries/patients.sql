-- name: get_patient(Patient) :one -> Patient
SELECT * FROM patients WHERE id = :id;

-- name: find_patient(Sex) :one
SELECT id FROM patients WHERE id = :id AND sex = :sex;

-- name: add_patient :execrows
INSERT INTO patients (id, family_name, sex, home, note) VALUES (:id, :family_name, :sex, :home, :note);
