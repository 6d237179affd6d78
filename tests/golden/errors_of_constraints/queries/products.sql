-- name: add_product :exec
INSERT INTO products (id, sku, price) VALUES (:id, :sku, :price);

-- name: keep_product :exec
-- Both tables are called `products`.
WITH kept AS (INSERT INTO history.products (id) VALUES (:id))
UPDATE products SET hidden = :hidden? WHERE id = :id;

-- name: offer :optional
-- The CHECK OPTION of a view.
UPDATE offers SET price = :price WHERE id = :id RETURNING sku;

-- name: rename_offer :exec
-- The view's condition does not depend on the column.
UPDATE offers SET sku = :sku WHERE id = :id;

-- name: drop_products :execrows
DELETE FROM products WHERE hidden;

-- name: add_stock :copy
INSERT INTO stock (product_id, day) VALUES (:product_id, :day);

-- name: plan_stock :exec
INSERT INTO stock VALUES (:product_id, :day, :during);

-- name: delete_stock :exec
DELETE FROM stock;
