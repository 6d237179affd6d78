-- name: broken :many
SELECT id FROM patients WHERE;
