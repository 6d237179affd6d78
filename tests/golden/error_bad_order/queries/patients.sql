-- name: by_place :many
-- sqlgen: order sort by name | number = 2
SELECT id, name FROM patients ORDER BY :sort;

-- name: by_table :many
-- sqlgen: order sort by p.name
SELECT p.name FROM patients AS p ORDER BY :sort;

-- name: by_parameter :many
-- sqlgen: order sort by distance = id - :id
SELECT id FROM patients ORDER BY :sort;

-- name: twice :many
-- sqlgen: order sort by name | born_on | Name
SELECT name, born_on FROM patients ORDER BY :sort;

-- name: without_keys :many
-- sqlgen: order sort
SELECT name FROM patients ORDER BY :sort;

-- name: too_many :many
-- sqlgen: order sort by up to 3 of name | born_on
SELECT name, born_on FROM patients ORDER BY :sort;
