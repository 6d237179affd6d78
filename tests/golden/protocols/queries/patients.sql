-- name: get_patient :one -> Patient
-- A patient.
SELECT * FROM patients WHERE id = :id;

-- name: find_patient :optional
SELECT id, sex FROM patients WHERE family_name = :self;

-- name: list_patients :many
-- sqlgen: optional born_from, born_to, sex
SELECT * FROM patients WHERE born_on BETWEEN :born_from AND :born_to AND sex = :sex;

-- name: stream_patients :stream
-- @deprecated
SELECT id FROM patients;

-- name: rename_patient :exec
UPDATE patients SET family_name = :family_name WHERE id = :id;

-- name: remove_patients :execrows
-- @deprecated keep them
-- sqlgen: optional low, high
DELETE FROM patients WHERE id BETWEEN :low AND :high;

-- name: add_patients :copy
INSERT INTO patients (id, family_name, born_on) VALUES (:id, :family_name, :born_on);

-- name: touch_patients :batch
UPDATE patients SET id = id WHERE id = :id RETURNING family_name;

-- name: date :one
SELECT max(born_on), json_build_object('a', 1) AS json FROM patients;

-- name: list :many
SELECT json_build_object('a', 1) AS json FROM patients;
