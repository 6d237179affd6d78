-- name: list_customers :many -> Customer
-- The class of the table's rows, which orders have within.
SELECT * FROM customers ORDER BY id;
