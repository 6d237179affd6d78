-- name: get_visit :optional
SELECT id, note, at FROM visits WHERE id = :id;

-- name: list_visits :many
-- sqlgen: optional note
SELECT id FROM visits WHERE note = :note ORDER BY id;

-- name: stream_visits :stream
SELECT id FROM visits ORDER BY id;

-- name: count_visits :one
SELECT count(*) FROM visits;

-- name: check_visits :exec
SELECT 1 / id FROM visits;

-- name: note_for_each :batch
SELECT note FROM visits WHERE id = :id;

-- name: see_visit :one
SELECT seen(:id::int);

-- name: lock_visit :optional
SELECT id FROM visits WHERE id = :id FOR UPDATE;

-- name: delete_visit :execrows
DELETE FROM visits WHERE id = :id;

-- name: list_sorted :many
-- sqlgen: order sort by at | id
SELECT id, at FROM visits ORDER BY :sort;

-- name: list_seen_first :many
-- sqlgen: order sort by id | seen = seen(id)
SELECT id, at FROM visits ORDER BY :sort;

-- name: page_of_visits :page
SELECT id, note FROM visits ORDER BY id;
