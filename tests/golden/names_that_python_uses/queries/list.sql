-- name: list :many
SELECT id FROM patients;

-- name: dict :many -> Sequence
SELECT id AS int, name AS str FROM patients WHERE id = :conn_id;

-- name: any_ :one -> UUID
SELECT id, gen_random_uuid() AS key FROM patients;
