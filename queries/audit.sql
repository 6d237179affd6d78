-- Who changed what in the medical record.

-- name: set_audit_actor :exec
-- Names the person on whose behalf the transaction works.
SELECT set_config('clinic.actor', :actor, true);

-- name: list_changes :many
-- What happened to one row, newest first, from before an entry on.
SELECT id, occurred_at, actor, client_address, action, old_values, new_values
FROM audit_log
WHERE table_name = :table_name
    AND row_id = :row_id
    AND (:before_id::bigint IS NULL OR id < :before_id)
ORDER BY id DESC
LIMIT :max_rows;

-- name: list_changed_fields :many
-- The fields that differ before and after a change.
SELECT
    coalesce(o.key, n.key) AS "field!",
    o.value AS old_value,
    n.value AS new_value
FROM (
    SELECT old.key, old.value
    FROM audit_log, jsonb_each(audit_log.old_values) AS old
    WHERE audit_log.id = :entry_id
) AS o
FULL JOIN (
    SELECT new.key, new.value
    FROM audit_log, jsonb_each(audit_log.new_values) AS new
    WHERE audit_log.id = :entry_id
) AS n USING (key)
WHERE o.value IS DISTINCT FROM n.value
ORDER BY 1;

-- name: count_changes_by_action :many
SELECT action, actor, count(*) AS changes
FROM audit_log
WHERE occurred_at >= :since
GROUP BY action, actor
ORDER BY action, actor;

-- name: purge_audit_log :execrows
DELETE FROM audit_log WHERE occurred_at < :before;
