-- name: search_patients :many -> PatientHit
-- sqlgen: optional name, born_from, born_to
-- sqlgen: order sort by name | born_on nulls last | newest = p.id desc
-- Patients, filtered and sorted as the caller likes.
SELECT p.id, p.name, p.born_on
FROM patients AS p
WHERE p.name ILIKE :name AND p.born_on BETWEEN :born_from AND :born_to
ORDER BY :sort, p.id
LIMIT :most;

-- name: list_appointments :many
-- sqlgen: order sort by up to 2 of starts_at | note nulls first | patient = (SELECT p.name FROM patients AS p WHERE p.id = a.patient_id)
-- One after another, with a comment on :sort that stays as it is.
SELECT a.* FROM appointments AS a -- :sort
ORDER BY :sort;

-- name: stream_patients :stream
-- sqlgen: order class by id | "it's ""quoted"" \ {{ name }}" = name COLLATE "C" asc
SELECT id FROM patients ORDER BY :class;
