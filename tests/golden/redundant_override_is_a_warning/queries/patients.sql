-- name: appointment_counts :many
SELECT p.id, count(a.id) AS "appointment_count!"
FROM patients AS p LEFT JOIN appointments AS a ON a.patient_id = p.id
GROUP BY p.id;
