-- name: appointments_with_patients :many
SELECT p.name, a.starts_at, a.note
FROM patients AS p
JOIN appointments AS a ON a.patient_id = p.id
ORDER BY a.id;
