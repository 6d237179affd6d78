-- name: search :many
SELECT id FROM patients
WHERE (:name::text IS NULL OR name = :name)
  AND id = ANY(:ids)
  AND born_on > :born_after
LIMIT :most;

-- name: add :exec
INSERT INTO patients (id, mrn, name, born_on) VALUES ($1, $2, $3, $4);

-- name: marks :execrows
UPDATE patients SET born_on = :born_on!, name = COALESCE(:name?, name) WHERE id = :id;
