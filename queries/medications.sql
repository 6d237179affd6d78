-- The formulary.

-- name: add_medication :one -> Medication
-- sqlgen: default stock, controlled
INSERT INTO medications (atc_code, name, form, ingredients, unit_price, stock, controlled)
VALUES (:atc_code, :name, :form, :ingredients, :unit_price, :stock, :controlled)
RETURNING *;

-- name: list_medications :many -> Medication
-- sqlgen: optional atc_prefix
-- sqlgen: order sort by name | atc_code | unit_price | least_stock = stock asc
-- The formulary, or what is below a node of the ATC tree, such as `J01`.
SELECT * FROM medications WHERE starts_with(atc_code, :atc_prefix) ORDER BY :sort, name, form;

-- name: list_medications_with :many -> Medication
-- Those that have every one of the ingredients.
SELECT * FROM medications WHERE ingredients @> :ingredients ORDER BY name, form;

-- name: restock_medications :many
-- Adds a delivery to the stock; unknown ids are left out of the answer.
UPDATE medications AS m
SET stock = m.stock + delivery.quantity
FROM unnest(:ids::uuid[], :quantities::integer[]) AS delivery (id, quantity)
WHERE m.id = delivery.id
RETURNING m.id, m.name, m.stock;

-- name: dispense_medication :optional
-- The stock that is left, or None if there is not enough.
UPDATE medications SET stock = stock - :quantity
WHERE id = :medication_id AND stock >= :quantity
RETURNING stock;

-- name: stock_value :one
-- What the whole stock is worth; None while there is no medication.
SELECT sum(unit_price * stock) FROM medications;
