-- name: search :many
-- sqlgen: optional mrn
SELECT id FROM patients WHERE name ILIKE :name OR mrn = :mrn;
