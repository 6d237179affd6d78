-- name: all_patients :many
SELECT * FROM patients;

-- name: appointments_of :many
SELECT a.*, p.name FROM appointments AS a JOIN patients AS p ON p.id = a.patient_id
WHERE p.mrn = $1;

-- name: add_patient :one
INSERT INTO patients VALUES (:id, :mrn, :name, :born_on) RETURNING *;
