-- The people who see patients.

-- name: hire_practitioner :one -> Practitioner
INSERT INTO practitioners (licence_number, full_name, email, specialties, room)
VALUES (:licence_number, :full_name, :email, :specialties, :room)
RETURNING *;

-- name: get_practitioner_by_licence :optional -> Practitioner
SELECT * FROM practitioners WHERE licence_number = $1;

-- name: list_practitioners :many -> Practitioner
-- Those at work who have one of the specialties; all of them if none is asked for.
SELECT * FROM practitioners
WHERE active AND (:specialties::specialty[] IS NULL OR specialties && :specialties)
ORDER BY full_name, id;

-- name: find_free_practitioners :many
-- Who has the specialty and nothing else to do in the whole period.
SELECT p.id, p.full_name, p.specialties, coalesce(p.room, 'rotating') AS room
FROM practitioners AS p
WHERE p.active
    AND p.specialties @> ARRAY[:specialty]::specialty[]
    AND NOT EXISTS (
        SELECT FROM appointments AS a
        WHERE a.practitioner_id = p.id
            AND a.during && :period
            AND a.status NOT IN ('cancelled', 'no-show')
    )
ORDER BY p.full_name, p.id;

-- name: list_next_appointments :many
-- What each practitioner does next, if anything.
SELECT p.id, p.full_name, a.id AS appointment_id, a.starts_at, a.patient_id
FROM practitioners AS p
LEFT JOIN LATERAL (
    SELECT * FROM appointments
    WHERE appointments.practitioner_id = p.id AND appointments.starts_at >= :now
    ORDER BY appointments.starts_at
    LIMIT 1
) AS a ON true
WHERE p.active
ORDER BY a.starts_at NULLS LAST, p.full_name;

-- name: list_specialties :many
-- Every specialty, and who of those at work has it.
SELECT
    s AS specialty,
    array_remove(array_agg(p.full_name ORDER BY p.full_name), NULL) AS "names: list[str]"
FROM unnest(enum_range(NULL::specialty)) AS s
LEFT JOIN practitioners AS p ON s = ANY(p.specialties) AND p.active
GROUP BY s
ORDER BY s;

-- name: lock_diary :exec
-- Lets nobody else book with this practitioner until the transaction ends.
SELECT FROM practitioners WHERE id = :practitioner_id FOR NO KEY UPDATE;

-- name: retire_practitioner :execrows
UPDATE practitioners SET active = false, room = NULL WHERE id = :practitioner_id AND active;
