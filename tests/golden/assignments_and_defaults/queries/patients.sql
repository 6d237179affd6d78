-- name: change_patient :one -> Patient
-- sqlgen: optional name, email
-- What the caller gives is changed, the rest stays.
UPDATE patients
SET name = :name, -- the full one
    email = :email
WHERE id = :patient_id
RETURNING *;

-- name: change_note :execrows
-- sqlgen: optional note, language
UPDATE patients SET note = lower(:note!), changed_at = now(), language = :language WHERE id = :patient_id;

-- name: forget_note :exec
-- sqlgen: optional note
UPDATE patients SET note = :note WHERE id = :patient_id;

-- name: rename_patient :optional
-- sqlgen: optional name, email, language
-- sqlgen: require one of name, email
-- The language is proved to be there neither with `:language!` nor without.
UPDATE patients SET (name, email) = (:name, :email), language = :language! WHERE mrn = :mrn RETURNING name, language;

-- name: add_patient :one -> Patient
-- sqlgen: default sex, language, changed_at
INSERT INTO patients (mrn, name, sex, language, changed_at)
VALUES (:mrn, :name, :sex, :language, :changed_at)
RETURNING *;

-- name: upsert_patient :one
-- sqlgen: default language
-- sqlgen: optional email
INSERT INTO patients AS p (mrn, name, language) VALUES (:mrn, :name, :language!)
ON CONFLICT (mrn) DO UPDATE SET name = excluded.name, email = :email, language = excluded.language
RETURNING p.id, p.language;

-- name: add_two_patients :many
-- sqlgen: default sex, other_sex
INSERT INTO patients (mrn, name, sex) VALUES (:mrn, :name, :sex), (:other_mrn, :other_name, :other_sex)
RETURNING id, sex;
