-- What patients take.

-- name: prescribe(NewPrescription) :one -> Prescription
-- Fails with `ExclusionViolation` if the patient gets the medication in those days already.
INSERT INTO prescriptions
    (patient_id, medication_id, practitioner_id, encounter_id, dose, dose_unit, dose_interval, valid_during)
VALUES
    (:patient_id, :medication_id, :practitioner_id, :encounter_id, :dose, :dose_unit, :dose_interval, :valid_during)
RETURNING *;

-- name: import_prescriptions(NewPrescription) :copy
-- Loads what another system has.
INSERT INTO prescriptions
    (patient_id, medication_id, practitioner_id, encounter_id, dose, dose_unit, dose_interval, valid_during)
VALUES
    (:patient_id, :medication_id, :practitioner_id, :encounter_id, :dose, :dose_unit, :dose_interval, :valid_during);

-- name: list_prescriptions :many -> Prescription
SELECT * FROM prescriptions WHERE patient_id = :patient_id ORDER BY lower(valid_during), id;

-- name: list_current_medications :many
-- What the patient may be taking on that day.
SELECT
    r.id,
    m.name,
    m.form,
    r.dose,
    r.dose_unit,
    r.dose_interval,
    upper(r.valid_during) AS until,
    d.full_name AS prescribed_by
FROM prescriptions AS r
JOIN medications AS m ON m.id = r.medication_id
LEFT JOIN practitioners AS d ON d.id = r.practitioner_id
WHERE r.patient_id = :patient_id AND r.status = 'active' AND r.valid_during @> :day::date
ORDER BY m.name, r.id;

-- name: extend_prescription :optional -> Prescription
UPDATE prescriptions
SET valid_during = daterange(lower(valid_during), :until)
WHERE id = :prescription_id AND status = 'active' AND valid_during << daterange(:until, NULL)
RETURNING *;

-- name: stop_prescription :optional -> Prescription
UPDATE prescriptions SET status = 'stopped', stop_reason = :reason!
WHERE id = :prescription_id AND status <> 'stopped'
RETURNING *;

-- name: list_allergy_conflicts :many
-- Why this medication may hurt this patient; hopefully nothing.
SELECT a.id, a.allergen, a.severity, a.reaction
FROM medications AS m
JOIN allergies AS a ON a.allergen = ANY(m.ingredients)
WHERE m.id = :medication_id AND a.patient_id = :patient_id
ORDER BY a.allergen;

-- name: list_dose_changes :many
-- How the doses of a patient's medications went up and down.
SELECT
    medication_id,
    valid_during,
    dose,
    lag(dose) OVER history AS previous_dose,
    dose - lag(dose) OVER history AS change,
    row_number() OVER history AS position
FROM prescriptions
WHERE patient_id = :patient_id
WINDOW history AS (PARTITION BY medication_id ORDER BY lower(valid_during))
ORDER BY medication_id, position;
