-- name: list_orders :many
SELECT o.id, o.total, o.state, o.audited, o.channel, c AS customer
FROM orders AS o
JOIN customers AS c ON c.id = o.customer_id
ORDER BY o.id;

-- name: set_total :exec
UPDATE orders SET total = :total WHERE id = :id;
