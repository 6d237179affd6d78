-- name: pause :one
SELECT pg_sleep(0);

-- name: pause_for_each :many
SELECT pg_sleep(0) FROM patients;

-- name: notify_of :one -> Notified
SELECT pg_notify('patients', :text) AS nothing;

-- name: notify_of_each :many
SELECT id, pg_notify('patients', name) FROM patients;

-- name: stream_notified :stream
SELECT id, pg_notify('patients', name) AS nothing FROM patients;
