-- Rows within rows: what a chart shows of an encounter and of a patient.

-- name: get_encounter_chart :optional
-- One-to-one: the encounter with its patient and practitioner.
SELECT e.id, e.started_at, p AS "patient: Patient", d AS "practitioner: Practitioner"
FROM encounters AS e
JOIN patients AS p ON p.id = e.patient_id
JOIN practitioners AS d ON d.id = e.practitioner_id
WHERE e.id = :encounter_id;

-- name: list_encounters_with_appointments :many
-- Optional: None for patients who came without an appointment.
SELECT e.id, e.started_at, a AS "appointment: Appointment"
FROM encounters AS e
LEFT JOIN appointments AS a ON a.id = e.appointment_id
WHERE e.patient_id = :patient_id
ORDER BY e.started_at;

-- name: list_encounters_with_observations :many
-- One-to-many: the observations of each encounter, oldest first.
SELECT
    e.id,
    e.started_at,
    ARRAY(
        SELECT o FROM observations AS o
        WHERE o.encounter_id = e.id
        ORDER BY o.observed_at, o.id
    ) AS "observations: list[Observation]"
FROM encounters AS e
WHERE e.patient_id = :patient_id
ORDER BY e.started_at;

-- name: list_patient_charts :many
-- Two levels: patients, their encounters, and the observations of each.
SELECT
    p AS "patient: Patient",
    ARRAY(
        SELECT e
        FROM (
            SELECT
                n.id,
                n.started_at,
                ARRAY(SELECT o FROM observations AS o WHERE o.encounter_id = n.id ORDER BY o.id) AS "observations: list[Observation]"
            FROM encounters AS n
            WHERE n.patient_id = p.id
        ) AS e
        ORDER BY e.started_at
    ) AS "encounters: list[EncounterChart]"
FROM patients AS p
WHERE p.family_name = :family_name
ORDER BY p.id;
