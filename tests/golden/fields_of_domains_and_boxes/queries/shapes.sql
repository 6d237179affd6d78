-- name: add_shape :one -> Shapes
INSERT INTO shapes VALUES (:shape, :others) RETURNING *;

-- name: copy_shapes :copy
INSERT INTO shapes VALUES (:shape, :others);
