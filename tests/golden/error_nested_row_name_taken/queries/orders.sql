-- name: list_orders :many
SELECT o.id, o.state, c AS "customer: OrderState" FROM orders AS o JOIN customers AS c ON c.id = o.customer_id;
