-- name: one :many
SELECT nope FROM patients;

-- name: two :many
SELECT id FROM nowhere;

-- name: fine :many
SELECT id FROM patients;

-- name: bad_types :many
SELECT id AS "id: Nope", name AS "name: list[" FROM patients;
