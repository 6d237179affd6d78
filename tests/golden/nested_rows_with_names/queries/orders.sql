-- name: get_order :optional
-- Optional: an order may be nobody's.
SELECT o.id, o.state, c AS "customer: Customer"
FROM orders AS o
LEFT JOIN customers AS c ON c.id = o.customer_id
WHERE o.id = :id;

-- name: list_orders :many -> Order
-- One-to-many, within a class that another query shares.
SELECT o.id, o.ordered_at, ARRAY(SELECT l FROM lines AS l WHERE l.order_id = o.id ORDER BY l.id) AS "lines: list[Line]"
FROM orders AS o
ORDER BY o.id;

-- name: get_lines :one -> Order
SELECT o.id, o.ordered_at, ARRAY(SELECT l FROM lines AS l WHERE l.order_id = o.id ORDER BY l.id) AS "lines: list[Line]"
FROM orders AS o
WHERE o.id = :id;

-- name: list_customers_with_orders :many
-- Two levels; the class of the inner rows is named in the subquery.
SELECT
    c AS "customer: Customer",
    ARRAY(
        SELECT s
        FROM (
            SELECT
                o.id,
                o.state,
                ARRAY(SELECT l FROM lines AS l WHERE l.order_id = o.id ORDER BY l.id) AS "lines: list[Line]",
                (SELECT coalesce(sum(l.price), 0) FROM lines AS l WHERE l.order_id = o.id) AS "total!: float",
                (SELECT x FROM (SELECT max(l.price) AS price FROM lines AS l WHERE l.order_id = o.id) AS x) AS "dearest!"
            FROM orders AS o
            WHERE o.customer_id = c.id
        ) AS s
        ORDER BY s.id
    ) AS "orders: list[OrderSummary]"
FROM customers AS c
ORDER BY c.id;

-- name: list_latest :many
-- A class for what has no name: the rows of the subquery.
SELECT c.id, latest
FROM customers AS c
JOIN LATERAL (
    SELECT o.id, o.ordered_at FROM orders AS o WHERE o.customer_id = c.id ORDER BY o.ordered_at DESC LIMIT 1
) AS latest ON true;

-- name: pick_customer :one
SELECT c AS "customer: Customer" FROM customers AS c WHERE c.id = :id;
