-- name: import_patients :copy
INSERT INTO patients (id, mrn, name, born_on) VALUES (:id, :mrn, :name, :born_on);

-- name: rename_all :batch
UPDATE patients SET name = :name WHERE id = :id;

-- name: add_all :batch -> PatientKey
INSERT INTO patients (id, mrn, name) VALUES (:id, :mrn, :name) RETURNING id, mrn;
