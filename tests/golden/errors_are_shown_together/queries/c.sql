-- name: four :many
SELECT id FROM patients WHERE name = 3 + ;
