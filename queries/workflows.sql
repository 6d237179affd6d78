-- Automations: their configuration, the drawn workflows, and the runs.

-- name: configure_workflow :one -> WorkflowConfiguration
-- Sets a configuration; settings that are not given stay.
INSERT INTO workflow_configurations
    (key, enabled, settings, escalate_after, quiet_from, quiet_until, updated_by)
VALUES
    (:key, :enabled, :settings, :escalate_after, :quiet_from, :quiet_until, :updated_by)
ON CONFLICT (key) DO UPDATE
SET enabled = excluded.enabled,
    settings = workflow_configurations.settings || excluded.settings,
    escalate_after = excluded.escalate_after,
    quiet_from = excluded.quiet_from,
    quiet_until = excluded.quiet_until,
    updated_by = excluded.updated_by
RETURNING *;

-- name: list_workflow_configurations :many -> WorkflowConfiguration
-- Enabled ones whose settings contain the given ones.
SELECT * FROM workflow_configurations WHERE enabled AND settings @> :settings ORDER BY key;

-- name: get_workflow_setting :optional
-- One setting, deep inside: `["channels", "0"]`. None if it is not there.
SELECT settings #> :path AS setting FROM workflow_configurations WHERE key = :key;

-- name: set_workflow_setting :execrows
UPDATE workflow_configurations
SET settings = jsonb_set(settings, :path, :value), updated_by = :updated_by
WHERE key = :key;

-- name: draw_workflow :one -> VisualWorkflow
-- Saves a new workflow, or the next revision of the one of that name.
INSERT INTO visual_workflows (name, revision, category, definition, derived_from, created_by)
SELECT
    :name,
    coalesce(max(w.revision), 0) + 1,
    :category,
    :definition,
    (array_agg(w.id ORDER BY w.revision DESC))[1],
    :created_by
FROM visual_workflows AS w
WHERE w.name = :name
RETURNING *;

-- name: publish_workflow :optional -> VisualWorkflow
UPDATE visual_workflows SET published_at = now()
WHERE id = :workflow_id AND published_at IS NULL
RETURNING *;

-- name: list_published_workflows :many
-- The newest published revision of each workflow of a category.
SELECT id, name, revision, published_at, jsonb_array_length(definition -> 'nodes') AS "node_count!"
FROM (
    SELECT *, rank() OVER (PARTITION BY name ORDER BY revision DESC) AS age
    FROM visual_workflows
    WHERE published_at IS NOT NULL AND category = :category
) AS w
WHERE age = 1
ORDER BY name;

-- name: list_workflow_lineage :many
-- A workflow and the revisions it descends from, newest first.
WITH RECURSIVE lineage AS (
    SELECT id, name, revision, derived_from, 0 AS generation
    FROM visual_workflows
    WHERE id = :workflow_id
    UNION ALL
    SELECT w.id, w.name, w.revision, w.derived_from, l.generation + 1
    FROM lineage AS l
    JOIN visual_workflows AS w ON w.id = l.derived_from
)
SELECT id, name, revision, generation FROM lineage ORDER BY generation;

-- name: list_reachable_nodes :many
-- The nodes that can be reached from one node along the edges, with the number of steps.
WITH RECURSIVE
edges AS (
    SELECT e ->> 'from' AS source, e ->> 'to' AS target
    FROM visual_workflows AS w, jsonb_array_elements(w.definition -> 'edges') AS e
    WHERE w.id = :workflow_id
),
reachable AS (
    SELECT :start_node::text AS node, 0 AS steps
    UNION
    SELECT edges.target, reachable.steps + 1
    FROM reachable
    JOIN edges ON edges.source = reachable.node
    WHERE reachable.steps < 100
)
SELECT node, min(steps) AS steps FROM reachable GROUP BY node ORDER BY steps, node;

-- name: list_nodes :many
-- The nodes of a workflow as the editor drew them.
SELECT n.id, n.kind, n.title
FROM visual_workflows AS w,
    jsonb_to_recordset(w.definition -> 'nodes') AS n (id text, kind text, title text)
WHERE w.id = :workflow_id
ORDER BY n.id;

-- name: queue_run :one -> WorkflowRun
INSERT INTO workflow_runs (workflow_id, patient_id, context)
VALUES (:workflow_id, :patient_id, :context)
RETURNING *;

-- name: claim_run :optional -> WorkflowRun
-- The next run to work at, if there is one; two workers never get the same one.
UPDATE workflow_runs
SET state = 'running', started_at = now(), attempts = attempts + 1
WHERE id = (
    SELECT id FROM workflow_runs
    WHERE state = 'queued'
    ORDER BY queued_at, id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING *;

-- name: finish_run :optional -> WorkflowRun
UPDATE workflow_runs
SET state = :state, error = :error, finished_at = now(), context = context || :outcome
WHERE id = :run_id AND state = 'running'
RETURNING *;

-- name: count_runs :many
-- How many runs are in each state, the states without runs included.
SELECT s.state, count(r.id) AS runs, max(r.attempts) AS most_attempts
FROM unnest(:states::run_state[]) AS s (state)
LEFT JOIN workflow_runs AS r USING (state)
GROUP BY s.state
ORDER BY s.state;
