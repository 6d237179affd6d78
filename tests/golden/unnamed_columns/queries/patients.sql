-- name: list_numbers :many
SELECT id, id + 1, 'x', count(*) OVER () FROM patients;

-- name: list_taken :many
SELECT id + 1, id AS column_1, id AS column_3, id * 2, 3 AS "column_4!" FROM patients;

-- name: get_number :one
SELECT 1 + 1;

-- name: get_row :one -> Row
SELECT 1 + 1;

-- name: list_twice :many -> Row
SELECT 2 * id FROM patients;

-- name: list_of_subquery :many
SELECT *, 3 FROM (SELECT id, 1 + 1 FROM patients) AS s;

-- name: list_of_two :many
SELECT * FROM (SELECT 1 + 1, 2 + 2) AS s;

-- name: list_rows :many
SELECT NULL, 'a'::char(1) || 'b', -id FROM patients;
