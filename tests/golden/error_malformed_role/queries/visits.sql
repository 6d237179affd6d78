-- name: list_visits :many
-- sqlgen: role
SELECT id FROM visits;

-- name: count_visits :one
-- sqlgen: role a, b
SELECT count(*) FROM visits;
