-- name: list_visits :many
-- sqlgen: read only
SELECT id, note FROM visits;

-- name: list_seen :many
-- sqlgen: read only
SELECT note, seen(id) AS id FROM visits;

-- name: list_seen_visits :many
-- sqlgen: read only
SELECT id, note FROM seen_visits;

-- name: lock_visits :many
-- sqlgen: read only
SELECT id FROM visits FOR UPDATE;
