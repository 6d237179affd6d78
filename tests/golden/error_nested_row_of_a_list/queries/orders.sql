-- name: list_orders :many
SELECT
    o.id,
    c AS "customer: list[Customer]",
    ARRAY(SELECT l FROM lines AS l WHERE l.order_id = o.id) AS "lines: Line",
    o.state AS "state: Progress"
FROM orders AS o
JOIN customers AS c ON c.id = o.customer_id;

-- name: list_details :many
SELECT ARRAY(SELECT s FROM (SELECT l AS "line: list[Line]" FROM lines AS l WHERE l.order_id = o.id) AS s) AS "lines: dict[str, Line]"
FROM orders AS o;

-- name: list_sorted :many
SELECT ARRAY(SELECT s FROM (SELECT l.id FROM lines AS l WHERE l.order_id = o.id) AS s ORDER BY 1) AS "lines: list[Line]"
FROM orders AS o;
