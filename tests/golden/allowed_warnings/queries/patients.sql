-- name: by_name :optional
-- sqlgen: allow may-return-many
-- The patient of that name.
-- There are no two.
SELECT id FROM patients WHERE name = :name;

-- name: count_patients :optional
-- How many there are.
-- sqlgen: allow always-one-row, redundant-override

SELECT count(*) AS "count!" FROM patients;
