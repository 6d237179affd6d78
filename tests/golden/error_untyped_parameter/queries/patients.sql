-- name: untyped :one
SELECT :value IS NULL AS missing;
