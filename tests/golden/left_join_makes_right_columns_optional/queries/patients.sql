-- name: patients_with_appointments :many
SELECT p.name, a.id AS appointment_id, a.starts_at
FROM patients AS p
LEFT JOIN appointments AS a ON a.patient_id = p.id
ORDER BY p.id, a.id;
