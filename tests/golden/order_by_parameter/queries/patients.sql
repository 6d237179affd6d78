-- name: list_patients :many
SELECT id, name FROM patients ORDER BY :sort, id;

-- name: list_patients_of_page :many
SELECT name FROM (SELECT name, id FROM patients ORDER BY (:sort)::text DESC LIMIT 10) AS page ORDER BY id;

-- name: list_patients_by_choice :many
SELECT id, name FROM patients ORDER BY CASE :sort WHEN 'name' THEN name ELSE mrn END, id;

-- name: list_patients_as_meant :many
-- sqlgen: allow order-by-parameter
SELECT id, name FROM patients ORDER BY :sort;

-- name: list_labelled :many
SELECT id, :label::text AS label FROM patients ORDER BY label;
