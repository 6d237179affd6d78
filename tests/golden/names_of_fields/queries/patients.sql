-- name: get_patient :one -> Patient
-- By `:mrn`, which is a name of the column; `:wanted` is not.
SELECT * FROM patients WHERE mrn = :mrn AND mrn <> :wanted AND dob < :dob;

-- name: get_born_on :optional
-- An alias is a name of the query's own; `dob` is renamed everywhere.
SELECT mrn AS number, id AS dob FROM patients WHERE mrn = $1 AND dob IN ($2, $3);

-- name: search_patients :many
-- sqlgen: optional dob, record_number
-- sqlgen: require one of dob, record_number
SELECT p AS patient, v AS visit, v.mrn, p.mrn AS m
FROM patients AS p JOIN visits AS v ON v.mrn = p.mrn
WHERE p.dob = :dob AND p.mrn > :record_number AND p.mrn = :mrn;

-- name: list_visits :many
SELECT v AS "visit: Visit", to_json(v) AS json, ARRAY(SELECT s FROM (SELECT mrn, dob FROM patients) AS s) AS patients FROM visits AS v;

-- name: add_patients :copy
INSERT INTO patients (id, mrn, dob) VALUES ($1, $2, $3);

-- name: move_patients :batch
UPDATE patients SET home = :home WHERE mrn = :mrn;
