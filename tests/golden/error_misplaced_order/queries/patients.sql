-- name: with_direction :many
-- sqlgen: order sort by name | born_on
SELECT name, born_on FROM patients ORDER BY :sort DESC;

-- name: within :many
-- sqlgen: order sort by name | born_on
SELECT * FROM (SELECT name, born_on FROM patients ORDER BY :sort LIMIT 3) AS p;

-- name: twice :many
-- sqlgen: order sort by name | born_on
SELECT name, born_on FROM patients WHERE name <> :sort ORDER BY :sort;

-- name: with_mark :many
-- sqlgen: order sort by name
SELECT name FROM patients ORDER BY :sort?;
