-- name: get-patient(id)^
SELECT name FROM patients WHERE id = :id;

-- name: patient_name $
SELECT name FROM patients WHERE id = :id;

-- name: add_patient<!
INSERT INTO patients (name) VALUES (:name) RETURNING id;

-- name: rename!
UPDATE patients SET name = :name WHERE id = :id;

-- name: add_patients*!
INSERT INTO patients (name) VALUES (:name);

-- name: create#
CREATE TABLE a ();
