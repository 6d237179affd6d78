CREATE TABLE visual_workflows (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL,
    revision integer NOT NULL DEFAULT 1 CHECK (revision > 0),
    category text NOT NULL
        CHECK (category IN ('intake', 'triage', 'discharge', 'follow-up')),
    definition jsonb NOT NULL,
    derived_from uuid REFERENCES visual_workflows (id) ON DELETE SET NULL,
    created_by uuid REFERENCES practitioners (id) ON DELETE SET NULL,
    published_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT visual_workflows_name_revision_key UNIQUE (name, revision),
    CONSTRAINT visual_workflows_is_a_graph CHECK (
        jsonb_typeof(definition -> 'nodes') IS NOT DISTINCT FROM 'array'
        AND jsonb_typeof(definition -> 'edges') IS NOT DISTINCT FROM 'array'
    )
);

CREATE INDEX visual_workflows_derived_from_idx ON visual_workflows (derived_from);
CREATE INDEX visual_workflows_created_by_idx ON visual_workflows (created_by);
CREATE INDEX visual_workflows_published_idx
    ON visual_workflows (category, name) WHERE published_at IS NOT NULL;

CREATE TRIGGER visual_workflows_touch_updated_at BEFORE UPDATE ON visual_workflows
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE visual_workflows IS 'Workflows drawn in the editor, revision by revision.';
COMMENT ON COLUMN visual_workflows.definition IS
    '{"nodes": [{"id", "kind", "title"}], "edges": [{"from", "to", "when"}]}';
COMMENT ON COLUMN visual_workflows.derived_from IS 'The revision that it was copied from.';
