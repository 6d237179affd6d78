-- name: list_customers :many -> Customer
SELECT id, name FROM customers ORDER BY id;

-- name: list_orders :many
SELECT o.id, c AS customer FROM orders AS o JOIN customers AS c ON c.id = o.customer_id;
