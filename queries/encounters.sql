-- What happens when patient and clinic meet.

-- name: start_encounter :one -> Encounter
INSERT INTO encounters (patient_id, practitioner_id, appointment_id, setting, started_at)
VALUES (:patient_id, :practitioner_id, :appointment_id, :setting, :started_at)
RETURNING *;

-- name: admit_appointment :optional -> Encounter
-- The patient is here: marks the appointment and opens its encounter, in one statement.
WITH arrived AS (
    UPDATE appointments SET status = 'arrived'
    WHERE id = :appointment_id AND status IN ('scheduled', 'confirmed')
    RETURNING *
)
INSERT INTO encounters (patient_id, practitioner_id, appointment_id, setting)
SELECT patient_id, practitioner_id, id, 'ambulatory' FROM arrived
RETURNING *;

-- name: finish_encounter :optional -> Encounter
UPDATE encounters
SET ended_at = coalesce(:ended_at, now()),
    summary = :summary,
    diagnoses = :diagnoses,
    signature = :signature
WHERE id = :encounter_id AND ended_at IS NULL
RETURNING *;

-- name: list_encounters :many -> Encounter
SELECT * FROM encounters WHERE patient_id = :patient_id ORDER BY started_at DESC;

-- name: list_open_encounters :many
-- Who is in the house, and since when.
SELECT e.id, p.mrn, e.setting, e.started_at, :now - e.started_at AS waiting
FROM encounters AS e
JOIN patients AS p ON p.id = e.patient_id
WHERE e.ended_at IS NULL
ORDER BY e.started_at;

-- name: record_measurement :one
INSERT INTO observations (encounter_id, code, value_quantity, unit, reference_range)
VALUES (:encounter_id, :code, :value!, :unit!, :reference_range)
RETURNING id;

-- name: record_measurements :batch
-- What a monitor sends, in one round trip; the new ids in order.
INSERT INTO observations (encounter_id, code, value_quantity, unit)
VALUES (:encounter_id, :code, :value!, :unit!)
RETURNING id;

-- name: import_observations :copy
-- The history from another system, as fast as PostgreSQL can take it.
INSERT INTO observations
    (encounter_id, code, value_quantity, value_text, unit, reference_range, observed_at)
VALUES
    (:encounter_id, :code, :value_quantity, :value_text, :unit, :reference_range, :observed_at);

-- name: record_finding :exec
INSERT INTO observations (encounter_id, code, value_text)
VALUES (:encounter_id, :code, :finding!);

-- name: list_latest_observations :many
-- The newest value of each kind that a patient has.
SELECT DISTINCT ON (o.code)
    o.id, o.code, o.value_quantity, o.value_text, o.unit, o.reference_range, o.observed_at
FROM observations AS o
JOIN encounters AS e ON e.id = o.encounter_id
WHERE e.patient_id = :patient_id
ORDER BY o.code, o.observed_at DESC, o.id DESC;

-- name: stream_measurements :stream
-- All measurements of one kind, with their running average.
SELECT
    o.id,
    o.encounter_id,
    o.value_quantity,
    o.unit,
    avg(o.value_quantity) OVER (
        ORDER BY o.id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW
    ) AS moving_average
FROM observations AS o
WHERE o.code = :code AND o.value_quantity IS NOT NULL
ORDER BY o.id;

-- name: list_abnormal_measurements :many
SELECT
    o.id,
    o.code,
    o.value_quantity,
    lower(o.reference_range) AS low,
    upper(o.reference_range) AS high
FROM observations AS o
WHERE o.encounter_id = :encounter_id AND NOT o.reference_range @> o.value_quantity::numeric
ORDER BY o.id;

-- name: get_encounter_document :optional
-- The whole encounter as one JSON document.
SELECT jsonb_build_object(
    'id', e.id,
    'setting', e.setting,
    'patient', jsonb_build_object('mrn', p.mrn, 'born_on', p.born_on),
    'diagnoses', to_jsonb(e.diagnoses),
    'observations', coalesce(
        jsonb_agg(jsonb_build_object('code', o.code, 'value', o.value_quantity) ORDER BY o.id)
            FILTER (WHERE o.value_quantity IS NOT NULL),
        '[]'
    )
) AS document
FROM encounters AS e
JOIN patients AS p ON p.id = e.patient_id
LEFT JOIN observations AS o ON o.encounter_id = e.id
WHERE e.id = :encounter_id
GROUP BY e.id, p.id;
