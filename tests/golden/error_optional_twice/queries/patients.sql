-- name: search :many
-- sqlgen: optional day
SELECT p.id
FROM patients AS p
WHERE p.born_on = :day
  AND NOT EXISTS (SELECT FROM appointments AS a WHERE a.patient_id = p.id AND a.starts_at = :day);
