-- Everything a clinician needs before prescribing.

-- name: list_allergies :many -> Allergy
-- Allergies of one patient, oldest first.
SELECT * FROM allergies WHERE patient_id = :patient_id ORDER BY created_at, id;

-- name: list_allergies_by_severity :many -> Allergy
SELECT * FROM allergies WHERE severity = ANY(:severities) ORDER BY patient_id, allergen;

-- name: record_allergy :one -> Allergy
-- What is reported again replaces what was known.
INSERT INTO allergies (patient_id, allergen, severity, reaction, onset_date)
VALUES (:patient_id, lower(:allergen), :severity, :reaction, :onset_date)
ON CONFLICT (patient_id, allergen) DO UPDATE
SET severity = excluded.severity,
    reaction = coalesce(excluded.reaction, allergies.reaction),
    onset_date = coalesce(excluded.onset_date, allergies.onset_date)
RETURNING *;

-- name: report_allergy :optional
-- The id of a new allergy, or None if the patient's record has it already.
INSERT INTO allergies (patient_id, allergen, severity)
VALUES (:patient_id, lower(:allergen), :severity)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: import_allergies :execrows
-- Two sequences of one length: what the patient is allergic to, and how badly.
INSERT INTO allergies (patient_id, allergen, severity)
SELECT :patient_id, lower(reported.allergen), reported.severity
FROM unnest(:allergens::text[], :severities::text[]) AS reported (allergen, severity)
ON CONFLICT DO NOTHING;

-- name: set_allergy_severity :optional -> Allergy
-- @deprecated use `record_allergy`, which also keeps the reaction
UPDATE allergies SET severity = :severity WHERE id = :allergy_id RETURNING *;

-- name: list_allergy_reactions :many
-- Only allergies of which a reaction was seen.
SELECT allergen, severity, reaction FROM allergies
WHERE patient_id = :patient_id AND reaction IS NOT NULL
ORDER BY allergen;

-- name: remove_allergy :execrows
DELETE FROM allergies WHERE id = :allergy_id;
