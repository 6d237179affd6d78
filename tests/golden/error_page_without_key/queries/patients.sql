-- name: by_name :page
SELECT id, name FROM patients ORDER BY name;

-- name: by_a_key_that_may_be_null :page
SELECT p.id FROM appointments AS a LEFT JOIN patients AS p ON p.id = a.patient_id AND p.name = 'x' ORDER BY p.id;

-- name: of_a_join :page
SELECT p.id, a.starts_at FROM patients AS p JOIN appointments AS a ON a.patient_id = p.id ORDER BY p.id;

-- name: of_groups :page
SELECT name, born_on, count(*) AS n FROM patients GROUP BY name, born_on ORDER BY name;

-- name: of_a_union :page
SELECT id FROM patients UNION ALL SELECT id FROM appointments ORDER BY id;

-- name: by_one_key_of_two :page
-- sqlgen: order sort by id | name
SELECT id, name FROM patients ORDER BY :sort;

-- name: by_keys_that_lack_the_same :page
-- sqlgen: order sort by name | starts_at
SELECT p.name, a.starts_at, a.id FROM patients AS p JOIN appointments AS a ON a.patient_id = p.id ORDER BY :sort, p.id;
