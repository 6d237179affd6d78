-- name: get_patient :optional
SELECT * FROM patients WHERE id = :id;

-- name: quoted :many
SELECT id AS "id" FROM patients AS "Patients" ORDER BY "id";
