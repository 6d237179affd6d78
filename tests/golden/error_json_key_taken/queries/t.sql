-- name: get_t :many
SELECT line_1, line1 FROM t;

-- name: get_nested :many
SELECT ARRAY(SELECT s FROM (SELECT 1 AS a_b, 2 AS "aB") AS s) AS items, 1 AS id;
