-- name: list_orders :many
SELECT o.id, c AS customer FROM orders AS o JOIN customers AS c ON c.id = o.customer_id;

-- name: list_summaries :many -> Summary
-- Rows without names, in a class that two queries share.
SELECT c.id, latest
FROM customers AS c
JOIN LATERAL (
    SELECT o.id, o.state FROM orders AS o WHERE o.customer_id = c.id ORDER BY o.id DESC LIMIT 1
) AS latest ON true;

-- name: list_paid_summaries :many -> Summary
SELECT c.id, latest
FROM customers AS c
JOIN LATERAL (
    SELECT o.id, o.state
    FROM orders AS o
    WHERE o.customer_id = c.id AND o.state = 'paid'
    ORDER BY o.id DESC
    LIMIT 1
) AS latest ON true;

-- name: save_customer :exec
INSERT INTO customers SELECT (:customer::customers).*;
