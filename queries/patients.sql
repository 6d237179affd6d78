-- Patients: who they are and how to reach them.

-- name: get_patient :optional -> Patient
-- One patient, if there is one of that id.
SELECT * FROM patients WHERE id = :patient_id;

-- name: get_patient_by_mrn :one -> Patient
-- The patient whose wristband carries this number.
SELECT * FROM patients WHERE mrn = :mrn;

-- name: list_patients_by_ids :many -> Patient
SELECT * FROM patients WHERE id = ANY(:ids) ORDER BY family_name, given_name, id;

-- name: register_patient :one -> Patient
-- sqlgen: default sex, phone_numbers
-- A new patient; the database gives the id.
INSERT INTO patients (mrn, given_name, family_name, born_on, sex, email, phone_numbers, address)
VALUES (:mrn, :given_name, :family_name, :born_on, :sex, :email, :phone_numbers, :address)
RETURNING *;

-- name: import_patient :one
-- Registers a patient from another system, or brings the one of that number up to date.
-- `inserted` tells which it was.
INSERT INTO patients AS p (mrn, given_name, family_name, born_on)
VALUES (:mrn, :given_name, :family_name, :born_on)
ON CONFLICT (mrn) DO UPDATE
SET given_name = excluded.given_name,
    family_name = excluded.family_name,
    born_on = excluded.born_on
RETURNING p.id, (p.xmax = 0) AS inserted;

-- name: update_contact_details :optional -> Patient
-- sqlgen: optional email, phone_numbers, address
-- What is given is changed, the rest stays.
UPDATE patients
SET email = :email, phone_numbers = :phone_numbers, address = :address
WHERE id = :patient_id
RETURNING *;

-- name: record_death :execrows
UPDATE patients SET deceased_on = :deceased_on! WHERE id = :patient_id AND deceased_on IS NULL;

-- name: search_patients :many
-- sqlgen: optional sex, born_from, born_to
-- Full-text search in the names, best match first.
SELECT
    p.id,
    p.mrn,
    p.given_name,
    p.family_name,
    ts_rank(to_tsvector('simple', p.given_name || ' ' || p.family_name), wanted) AS rank
FROM patients AS p, plainto_tsquery('simple', :search_text) AS wanted
WHERE to_tsvector('simple', p.given_name || ' ' || p.family_name) @@ wanted
    AND p.sex = :sex
    AND p.born_on BETWEEN :born_from AND :born_to
ORDER BY rank DESC, p.family_name, p.given_name, p.id
LIMIT :max_rows;

-- name: list_patients_page :page
-- sqlgen: order sort by family_name | born_on | mrn
-- The patients, a page at a time.
SELECT id, mrn, given_name, family_name, born_on, (address).city AS city
FROM patients
ORDER BY :sort, given_name, id;

-- name: stream_mailing_list :stream
-- Everybody who can be written to, by post or by mail.
SELECT given_name, family_name, email, address
FROM patients
WHERE deceased_on IS NULL
    -- Of a composite, IS NOT NULL would ask whether every field is there.
    AND (email IS NOT NULL OR address IS DISTINCT FROM NULL)
ORDER BY id;

-- name: patient_exists :one
SELECT EXISTS (SELECT FROM patients WHERE mrn = :mrn);

-- name: count_patients :one
SELECT count(*) FROM patients WHERE :sex::sex IS NULL OR sex = :sex;

-- name: list_appointment_counts :many
-- How many appointments each patient has, those without any included.
-- sqlgen: allow redundant-override
SELECT p.id, p.mrn, COUNT(a.id) AS "appointment_count!"
FROM patients AS p
LEFT JOIN appointments AS a ON a.patient_id = p.id
GROUP BY p.id
ORDER BY p.mrn;

-- name: merge_patients :one
-- Moves the record of a patient who was registered twice, and forgets the duplicate.
WITH
moved_appointments AS (
    UPDATE appointments SET patient_id = :survivor_id WHERE patient_id = :duplicate_id
    RETURNING id
),
moved_encounters AS (
    UPDATE encounters SET patient_id = :survivor_id WHERE patient_id = :duplicate_id
    RETURNING id
),
forgotten AS (
    DELETE FROM patients WHERE id = :duplicate_id RETURNING mrn
)
SELECT
    (SELECT mrn FROM forgotten) AS forgotten_mrn,
    (SELECT count(*) FROM moved_appointments) AS appointments,
    (SELECT count(*) FROM moved_encounters) AS encounters;

-- name: delete_patient :execrows
-- Erases a patient with everything that hangs on them.
DELETE FROM patients WHERE id = :patient_id;
