-- name: x :one
SELECT id FROM patients WHERE id = :patientId;
