-- Queries on patients.
-- sqlgen: ignore

-- name: by_name :optional
-- sqlgen: alow may-return-many
SELECT id FROM patients WHERE name = :name;

-- name: by_birth :optional
-- sqlgen:
SELECT id FROM patients WHERE born_on = :born_on;
