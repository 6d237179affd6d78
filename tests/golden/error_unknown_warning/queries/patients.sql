-- name: by_name :optional
-- sqlgen: allow may-return-many, many-rows
SELECT id FROM patients WHERE name = :name;

-- name: by_birth :optional
-- sqlgen: allow
SELECT id FROM patients WHERE born_on = :born_on;
