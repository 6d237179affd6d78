DROP TABLE workflow_runs;
DROP TYPE run_state;
