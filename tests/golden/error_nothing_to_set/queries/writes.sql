-- name: clear :execrows
-- sqlgen: optional email
WITH gone AS (DELETE FROM patients WHERE note = 'gone' RETURNING id)
UPDATE patients SET email = :email WHERE id IN (SELECT id FROM gone);
