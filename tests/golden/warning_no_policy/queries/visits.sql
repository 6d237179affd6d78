-- name: list_visits :many
SELECT id FROM visits;

-- name: add_visit :exec
INSERT INTO visits (id, tenant) VALUES (:id, :tenant);

-- name: forget_visit :exec
DELETE FROM visits WHERE id = :id;

-- name: list_notes :many
SELECT id FROM notes;

-- name: list_notes_of_admins :many
-- sqlgen: allow no-policy
SELECT id FROM notes;
