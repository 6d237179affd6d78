-- name: list_customers :many -> Customer
-- The class that rows of other queries have within.
SELECT * FROM customers ORDER BY id;

-- name: list_customers_with_email :many -> Customer
SELECT * FROM customers WHERE email IS NOT NULL ORDER BY id;
