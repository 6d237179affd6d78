-- name: load :copy
INSERT INTO patients (id, mrn, name) VALUES (:id, :mrn, upper(:name));

-- name: bad_override :many
SELECT id AS "id!x" FROM patients;
