-- name: without_order :page
SELECT id FROM patients;

-- name: with_limit :page
SELECT id FROM patients ORDER BY id LIMIT :most;

-- name: by_place :page
SELECT id, name FROM patients ORDER BY 2, id;

-- name: by_parameter :page
SELECT id, name FROM patients ORDER BY name = :name, id;

-- name: by_operator :page
SELECT id, name FROM patients ORDER BY name USING ~<~, id;

-- name: by_several :page
-- sqlgen: order sort by up to 2 of name | id
SELECT id, name FROM patients ORDER BY :sort, id;
