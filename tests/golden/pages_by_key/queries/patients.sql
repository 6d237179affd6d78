-- name: list_patients :page -> PatientHit
-- sqlgen: optional name
-- sqlgen: order sort by name | born_on nulls last | record = p.mrn desc
-- Patients, a page at a time.
SELECT p.id, p.name, p.born_on FROM patients AS p WHERE p.name ILIKE :name
ORDER BY :sort, p.id;

-- name: list_appointments :page
SELECT a.id FROM appointments AS a WHERE a.patient_id = :patient_id ORDER BY a.starts_at DESC, id DESC;
