-- name: rename_from :many
-- sqlgen: optional name, email
UPDATE patients AS p SET name = :name, email = :email FROM patients AS q WHERE q.note = p.name RETURNING p.id;

-- name: upsert :exec
-- sqlgen: optional email
INSERT INTO patients (mrn, name) VALUES (:mrn, :name) ON CONFLICT (mrn) DO UPDATE SET email = :email;

