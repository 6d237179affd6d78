-- name: get_visits :one
SELECT next_visit() AS next, last_visit() AS last, days_since('2026-01-01') AS days, count_visits() AS number;

-- name: get_next_visit :one
-- sqlgen: allow unread-function
SELECT next_visit() AS next;
