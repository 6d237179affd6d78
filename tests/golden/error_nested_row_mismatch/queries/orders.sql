-- name: list_customers :many -> Customer
SELECT id, name FROM customers ORDER BY id;

-- name: list_orders :many
SELECT o.id, c AS "customer: Customer"
FROM orders AS o
LEFT JOIN customers AS c ON c.id = o.customer_id;

-- name: list_lines :many
SELECT l AS "line: Item", o AS "order: Item" FROM lines AS l JOIN orders AS o ON o.id = l.order_id;

-- name: list_summaries :many -> Summary
SELECT c.id, latest
FROM customers AS c
JOIN LATERAL (SELECT o.id FROM orders AS o WHERE o.customer_id = c.id LIMIT 1) AS latest ON true;

-- name: list_states :many -> Summary
SELECT c.id, latest
FROM customers AS c
JOIN LATERAL (SELECT o.state FROM orders AS o WHERE o.customer_id = c.id LIMIT 1) AS latest ON true;
