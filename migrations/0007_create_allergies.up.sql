CREATE TABLE allergies (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    patient_id uuid NOT NULL REFERENCES patients (id) ON DELETE CASCADE,
    allergen text NOT NULL,
    severity VARCHAR(50) NOT NULL
        CHECK (severity IN ('mild', 'moderate', 'severe', 'life-threatening')),
    reaction text,
    onset_date date,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT allergies_patient_allergen_key UNIQUE (patient_id, allergen)
);

CREATE INDEX allergies_severity_idx ON allergies (severity);

CREATE TRIGGER allergies_touch_updated_at BEFORE UPDATE ON allergies
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE allergies IS 'Known allergies and intolerances.';
COMMENT ON COLUMN allergies.allergen IS 'Substance in lower case, such as penicillin.';
COMMENT ON COLUMN allergies.reaction IS 'What was seen; NULL if it was only reported.';
