-- name: x :many
SELECT p.id, a.id, a.note FROM patients p JOIN appointments a ON a.patient_id = p.id;
