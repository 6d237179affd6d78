CREATE TABLE workflow_configurations (
    key text PRIMARY KEY CHECK (key ~ '^[a-z][a-z0-9_.]*$'),
    enabled boolean NOT NULL DEFAULT true,
    settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    escalate_after interval,
    quiet_from time,
    quiet_until time,
    updated_by uuid REFERENCES practitioners (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT workflow_configurations_quiet_hours
        CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))
);

CREATE INDEX workflow_configurations_settings_idx
    ON workflow_configurations USING gin (settings jsonb_path_ops);
CREATE INDEX workflow_configurations_updated_by_idx ON workflow_configurations (updated_by);

CREATE TRIGGER workflow_configurations_touch_updated_at BEFORE UPDATE ON workflow_configurations
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE workflow_configurations IS 'What the clinic''s automations do, by a dotted key.';
COMMENT ON COLUMN workflow_configurations.escalate_after IS 'NULL: never.';
COMMENT ON COLUMN workflow_configurations.quiet_from IS 'No messages are sent from here to quiet_until.';
