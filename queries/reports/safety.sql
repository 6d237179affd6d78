-- What could hurt somebody.

-- name: list_dangerous_allergies :many -> Allergy
-- sqlgen: read only
SELECT a.*
FROM allergies AS a
JOIN patients AS p ON p.id = a.patient_id
WHERE a.severity IN ('severe', 'life-threatening') AND p.deceased_on IS NULL
ORDER BY p.family_name, a.allergen;

-- name: count_allergies_by_severity :many
-- sqlgen: read only
SELECT severity, count(*) AS allergies, count(DISTINCT patient_id) AS patients
FROM allergies
GROUP BY severity
ORDER BY array_position(ARRAY['life-threatening', 'severe', 'moderate', 'mild'], severity::text);

-- name: list_prescriptions_against_allergies :many
-- sqlgen: read only
-- Active prescriptions of something that the patient is allergic to.
SELECT r.id AS prescription_id, p.mrn, m.name AS medication, a.allergen, a.severity
FROM prescriptions AS r
JOIN patients AS p ON p.id = r.patient_id
JOIN medications AS m ON m.id = r.medication_id
JOIN allergies AS a ON a.patient_id = p.id AND a.allergen = ANY(m.ingredients)
WHERE r.status = 'active'
ORDER BY p.mrn, m.name;

-- name: list_patients_never_seen :many -> Patient
-- sqlgen: read only
SELECT p.*
FROM patients AS p
LEFT JOIN encounters AS e ON e.patient_id = p.id
WHERE e.id IS NULL AND p.deceased_on IS NULL
ORDER BY p.created_at, p.id;
