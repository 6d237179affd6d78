-- name: get_invoice :optional
SELECT id, status FROM billing.invoices WHERE id = :id;
