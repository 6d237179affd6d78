CREATE VIEW patient_summaries AS
SELECT
    p.id,
    p.mrn,
    p.given_name || ' ' || p.family_name AS full_name,
    p.born_on,
    p.sex,
    coalesce(a.allergens, '{}') AS allergens,
    v.next_appointment_at,
    e.last_seen_at,
    e.practitioner_id AS last_seen_by
FROM patients AS p
LEFT JOIN LATERAL (
    SELECT array_agg(allergies.allergen ORDER BY allergies.allergen) AS allergens
    FROM allergies
    WHERE allergies.patient_id = p.id
) AS a ON true
LEFT JOIN LATERAL (
    SELECT min(appointments.starts_at) AS next_appointment_at
    FROM appointments
    WHERE appointments.patient_id = p.id
        AND appointments.starts_at > now()
        AND appointments.status IN ('scheduled', 'confirmed')
) AS v ON true
LEFT JOIN LATERAL (
    SELECT encounters.started_at AS last_seen_at, encounters.practitioner_id
    FROM encounters
    WHERE encounters.patient_id = p.id
    ORDER BY encounters.started_at DESC
    LIMIT 1
) AS e ON true
WHERE p.deceased_on IS NULL;

COMMENT ON VIEW patient_summaries IS 'One line per living patient, for the front desk.';
