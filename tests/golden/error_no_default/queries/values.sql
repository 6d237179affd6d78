-- name: add_patient :exec
-- sqlgen: default name
INSERT INTO patients (mrn, name) VALUES (:mrn, :name);

-- name: sum_up :many
-- sqlgen: default x
SELECT * FROM (VALUES (:x::int, 1)) AS v;
