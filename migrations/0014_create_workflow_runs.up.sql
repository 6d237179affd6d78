CREATE TYPE run_state AS ENUM ('queued', 'running', 'succeeded', 'failed');

CREATE TABLE workflow_runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workflow_id uuid NOT NULL REFERENCES visual_workflows (id) ON DELETE CASCADE,
    patient_id uuid NOT NULL REFERENCES patients (id) ON DELETE CASCADE,
    state run_state NOT NULL DEFAULT 'queued',
    attempts smallint NOT NULL DEFAULT 0,
    context jsonb NOT NULL DEFAULT '{}',
    queued_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    error text
);

CREATE INDEX workflow_runs_queue_idx ON workflow_runs (queued_at) WHERE state = 'queued';
CREATE INDEX workflow_runs_workflow_idx ON workflow_runs (workflow_id, queued_at);
CREATE INDEX workflow_runs_patient_idx ON workflow_runs (patient_id, queued_at);

COMMENT ON TABLE workflow_runs IS 'A workflow at work for one patient: a queue and its history.';
