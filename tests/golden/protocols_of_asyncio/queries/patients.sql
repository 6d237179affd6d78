-- name: get_patient :one -> Patient
SELECT * FROM patients WHERE id = :id;

-- name: stream_patients :stream
SELECT id FROM patients;
