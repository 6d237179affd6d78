-- name: search_patients :many -> PatientHit
-- sqlgen: optional name, born_from, born_to, note
-- sqlgen: require one of name, born_from
-- Patients, filtered as the caller likes.
SELECT p.id, p.name, p.born_on
FROM patients AS p
WHERE p.id > :after
  AND p.name ILIKE :name
  AND p.born_on BETWEEN :born_from AND :born_to
  AND EXISTS (
    SELECT FROM appointments AS a WHERE a.patient_id = p.id AND a.note IS NOT DISTINCT FROM :note
  )
ORDER BY p.id
LIMIT :most;

-- name: get_patient :optional
-- sqlgen: optional mrn
-- sqlgen: allow may-return-many
-- Without the number it may be any patient's, so that more than one row may come.
SELECT id, born_on FROM patients WHERE mrn = :mrn AND born_on IS NOT NULL;

-- name: count_appointments :one
-- sqlgen: optional since
SELECT count(*) FROM patients AS p JOIN appointments AS a ON a.patient_id = p.id AND a.starts_at >= :since;

-- name: delete_appointments :execrows
-- sqlgen: optional before, patient_ids
-- sqlgen: require one of before, patient_ids
DELETE FROM appointments WHERE starts_at < :before AND patient_id = ANY(:patient_ids);

-- name: stream_patients :stream
-- sqlgen: optional most
SELECT patient_id, count(*) AS visits FROM appointments GROUP BY patient_id HAVING count(*) < :most;
