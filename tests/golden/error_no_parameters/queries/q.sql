-- name: prepare :exec
PREPARE find AS SELECT id FROM things WHERE id = :id;
