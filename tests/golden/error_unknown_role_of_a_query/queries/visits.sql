-- name: list_visits :many
-- sqlgen: role "Clinic"
SELECT id FROM visits;
