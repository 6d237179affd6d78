-- name: list_names :many
SELECT id, name FROM patients;

-- name: list_patients :many
SELECT * FROM patients;

-- name: add_visit :one
INSERT INTO visits (note) VALUES (:note) RETURNING id;

-- name: list_noted :many
SELECT note FROM noted;

-- name: change_note :exec
UPDATE visits SET note = :note WHERE id = :id;

-- name: forget_visit :exec
-- sqlgen: role clinic_admin
DELETE FROM visits WHERE id = :id;

-- name: forget_visits :exec
-- sqlgen: role none
DELETE FROM visits;
