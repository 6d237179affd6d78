CREATE TABLE observations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    encounter_id uuid NOT NULL REFERENCES encounters (id) ON DELETE CASCADE,
    code text NOT NULL,
    value_quantity double precision,
    value_text text,
    unit text,
    reference_range numrange,
    observed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT observations_one_value CHECK (num_nonnulls(value_quantity, value_text) = 1)
);

CREATE INDEX observations_encounter_idx ON observations (encounter_id, code, observed_at);
CREATE INDEX observations_code_idx ON observations (code, observed_at);

COMMENT ON TABLE observations IS 'Measurements and findings made during an encounter.';
COMMENT ON COLUMN observations.code IS 'LOINC code, such as 8867-4 for the heart rate.';
COMMENT ON COLUMN observations.reference_range IS 'What is normal for this patient.';
