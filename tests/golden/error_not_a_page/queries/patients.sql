-- name: by_expression :page
SELECT id, lower(name) AS lower FROM patients ORDER BY lower, id;

-- name: by_collation :page
SELECT id FROM patients ORDER BY name COLLATE "C", id;

-- name: first_of_each :page
SELECT DISTINCT ON (name) name, id FROM patients ORDER BY name, id;

-- name: of_the_session :page
SELECT a.id, starts_at - now() AS soon FROM appointments AS a ORDER BY soon, id;

-- name: of_changes :page
WITH gone AS (DELETE FROM patients RETURNING id) SELECT id FROM gone ORDER BY id;
