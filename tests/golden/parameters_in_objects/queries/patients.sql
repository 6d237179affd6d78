-- name: add_patient(NewPatient) :one -> Patient
-- A new patient.
INSERT INTO patients (id, family_name, sex, home, data) VALUES (:id, :family_name, :sex, :home, :data) RETURNING *;

-- name: put_patient(NewPatient) :exec
UPDATE patients SET family_name = :family_name, sex = :sex, home = :home, data = :data WHERE id = :id;

-- name: copy_patients(NewPatient) :copy
INSERT INTO patients (family_name, id, sex, home, data) VALUES (:family_name, :id, :sex, :home, :data);

-- name: add_patients(NewPatient) :batch
INSERT INTO patients (id, family_name, sex, home, data) VALUES (:id, :family_name, :sex, :home, :data) RETURNING id;

-- name: remove_patients(PatientKey) :batch
DELETE FROM patients WHERE id = :id;

-- name: get_patient(PatientKey) :one -> Patient
SELECT * FROM patients WHERE id = :id;

-- name: find_patient :optional
SELECT id FROM patients WHERE family_name = :family_name AND sex = :sex;

-- name: search_patients :many
-- sqlgen: optional sex, born_from, born_to, note
-- sqlgen: require one of sex, note
SELECT id FROM patients
WHERE family_name > :after AND sex = :sex AND born_on BETWEEN :born_from AND :born_to AND note IS NOT DISTINCT FROM :note;

-- name: change_patient :one -> Patient
-- sqlgen: optional note, data
UPDATE patients SET note = :note, data = :data WHERE id = :id RETURNING *;

-- name: import_patients :execrows
-- @deprecated use `copy_patients`
INSERT INTO patients (id, family_name, sex)
SELECT * FROM unnest(:ids::int[], :family_names::text[], :sexes::sex[]);

-- name: stream_patients :stream
SELECT id FROM patients WHERE id BETWEEN :self AND :row AND family_name <> :params AND note <> :cursor;

-- name: load_patients :copy
INSERT INTO patients (id, family_name, sex) VALUES (:id, :family_name, :sex);

-- name: page_patients :page
-- sqlgen: optional sex
-- sqlgen: order params by family_name | born_on
SELECT id, family_name, born_on FROM patients
WHERE sex = :sex AND note <> :note AND id > :above ORDER BY :params, id;
