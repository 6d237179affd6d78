-- name: list_notes :many
-- sqlgen: optional since
SELECT p.name, a.note FROM patients AS p LEFT JOIN appointments AS a ON a.patient_id = p.id AND a.starts_at > :since;

-- name: count_notes :one
-- sqlgen: optional since
SELECT count(*) FILTER (WHERE note = :since) FROM appointments;

-- name: add_notes :batch
-- sqlgen: optional id
UPDATE appointments SET note = :note WHERE id = :id;

-- name: dollars :many
-- sqlgen: optional name
SELECT id FROM patients WHERE name = :name AND name <> 'costs $2';
