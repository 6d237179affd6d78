-- name: list_patients :many
-- sqlgen: default mrn
SELECT id FROM patients WHERE mrn = :mrn;

-- name: copy_patient :exec
-- sqlgen: default name
INSERT INTO patients (mrn, name) SELECT mrn || '2', :name FROM patients;

-- name: add_patient :exec
-- sqlgen: optional name
INSERT INTO patients (mrn, name) VALUES (:mrn, :name);
