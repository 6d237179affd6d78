-- Booking, moving and keeping appointments.

-- name: book_appointment :one -> Appointment
-- Fails with `ExclusionViolation` if the practitioner is busy then.
INSERT INTO appointments (patient_id, practitioner_id, starts_at, ends_at, reason)
VALUES (:patient_id, :practitioner_id, :starts_at, :ends_at, :reason)
RETURNING *;

-- name: get_appointment :optional -> Appointment
SELECT * FROM appointments WHERE id = :appointment_id;

-- name: reschedule_appointment :optional -> Appointment
-- Moves an appointment and keeps its length.
UPDATE appointments
SET starts_at = :starts_at,
    ends_at = :starts_at::timestamptz + (ends_at - starts_at),
    reminder_sent_at = NULL
WHERE id = :appointment_id AND status IN ('scheduled', 'confirmed')
RETURNING *;

-- name: set_appointment_status :optional -> Appointment
UPDATE appointments SET status = :status WHERE id = :appointment_id RETURNING *;

-- name: set_appointment_statuses :batch
-- At the end of the day: what became of each appointment.
UPDATE appointments SET status = :status WHERE id = :appointment_id;

-- name: cancel_appointments :execrows
-- Cancels all that a patient still has to come to.
UPDATE appointments SET status = 'cancelled'
WHERE patient_id = :patient_id AND starts_at > :after AND status IN ('scheduled', 'confirmed');

-- name: count_appointments :one
SELECT count(*) FROM appointments
WHERE patient_id = :patient_id AND (:since::timestamptz IS NULL OR starts_at >= :since);

-- name: list_appointments :many -> Appointment
-- Each filter may be left out with None.
SELECT * FROM appointments
WHERE (:practitioner_id::uuid IS NULL OR practitioner_id = :practitioner_id)
    AND (:statuses::appointment_status[] IS NULL OR status = ANY(:statuses))
    AND (:since::timestamptz IS NULL OR starts_at >= :since)
    AND (:until::timestamptz IS NULL OR starts_at < :until)
ORDER BY starts_at, id;

-- name: list_appointments_during :many -> Appointment
SELECT * FROM appointments WHERE during && :period ORDER BY starts_at, id;

-- name: list_day_schedule :many
-- One practitioner's day, with the encounter where the patient has come already.
SELECT
    a.id,
    a.starts_at,
    a.ends_at - a.starts_at AS length,
    a.status,
    a.reason,
    p.mrn,
    p.given_name || ' ' || p.family_name AS patient_name,
    e.id AS encounter_id,
    e.ended_at IS NOT NULL AS finished
FROM appointments AS a
JOIN patients AS p ON p.id = a.patient_id
LEFT JOIN encounters AS e ON e.appointment_id = a.id
WHERE a.practitioner_id = :practitioner_id
    AND a.starts_at >= :day::date
    AND a.starts_at < :day::date + 1
ORDER BY a.starts_at;

-- name: next_appointment_at :optional
-- When the patient comes next.
SELECT starts_at FROM appointments
WHERE patient_id = :patient_id AND starts_at > :now AND status IN ('scheduled', 'confirmed')
ORDER BY starts_at
LIMIT 1;

-- name: list_busy_times :many
-- Each practitioner's booked time as one multirange.
SELECT practitioner_id, range_agg(during) AS busy
FROM appointments
WHERE status NOT IN ('cancelled', 'no-show')
GROUP BY practitioner_id
ORDER BY practitioner_id;

-- name: claim_due_reminders :many
-- Takes the next reminders to send; two workers never get the same one.
WITH due AS (
    SELECT id FROM appointments
    WHERE reminder_sent_at IS NULL
        AND status IN ('scheduled', 'confirmed')
        AND starts_at BETWEEN :now AND :now + :ahead::interval
    ORDER BY starts_at
    LIMIT :max_rows
    FOR UPDATE SKIP LOCKED
)
UPDATE appointments AS a
SET reminder_sent_at = :now!
FROM due, patients AS p
WHERE a.id = due.id AND p.id = a.patient_id
RETURNING a.id, a.starts_at, p.given_name, p.email, p.phone_numbers[1] AS phone_number;
