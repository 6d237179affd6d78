-- name: list_allergies :many
SELECT id
FROM allergies
WHERE patient_id = :patient_id;
