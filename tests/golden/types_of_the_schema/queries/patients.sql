-- name: get_thing :one -> Thing
SELECT * FROM things WHERE id = :id;

-- name: add_thing :exec
INSERT INTO things VALUES (:id, :status, :history, :mrn, :severity, :home, :former, :kind, :during, :tags, :details);

-- name: of_kind :many
SELECT id FROM things WHERE kind = :kind AND status = ANY(:statuses) AND severity IS NOT DISTINCT FROM :severity;
