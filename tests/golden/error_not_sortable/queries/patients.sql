-- name: other_rows :many
-- sqlgen: order sort by name | each = unnest(ARRAY[1, 2])
SELECT name FROM patients ORDER BY :sort;

-- name: not_selected :many
-- sqlgen: order sort by name | born_on
SELECT DISTINCT name FROM patients ORDER BY :sort;

-- name: of_a_union :many
-- sqlgen: order sort by name | lower = lower(name)
SELECT name FROM patients UNION SELECT note FROM appointments ORDER BY :sort;

-- name: whole_rows :many
-- sqlgen: order sort by id | a
SELECT a.id, a FROM appointments AS a ORDER BY :sort;

-- name: store :execrows
-- sqlgen: order sort by patient_id | starts_at
INSERT INTO appointments (id, patient_id, starts_at) SELECT id + 1, patient_id, starts_at FROM appointments ORDER BY :sort;
