-- name: list_visits :many
SELECT id FROM visits;
