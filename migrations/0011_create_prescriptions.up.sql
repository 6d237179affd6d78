CREATE TABLE prescriptions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    patient_id uuid NOT NULL REFERENCES patients (id) ON DELETE CASCADE,
    medication_id uuid NOT NULL REFERENCES medications (id) ON DELETE RESTRICT,
    practitioner_id uuid REFERENCES practitioners (id) ON DELETE SET NULL,
    encounter_id uuid REFERENCES encounters (id) ON DELETE SET NULL,
    status text NOT NULL DEFAULT 'active'
        CHECK (status IN ('draft', 'active', 'stopped')),
    dose numeric(10, 3) NOT NULL CHECK (dose > 0),
    dose_unit text NOT NULL CHECK (dose_unit IN ('mg', 'g', 'ml', 'unit')),
    dose_interval interval NOT NULL CHECK (dose_interval > '0'),
    valid_during daterange NOT NULL CHECK (NOT isempty(valid_during)),
    stop_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT prescriptions_stopped_for_a_reason
        CHECK ((status = 'stopped') = (stop_reason IS NOT NULL)),
    CONSTRAINT prescriptions_not_twice
        EXCLUDE USING gist (patient_id WITH =, medication_id WITH =, valid_during WITH &&)
        WHERE (status = 'active')
);

CREATE INDEX prescriptions_patient_idx ON prescriptions (patient_id, status);
CREATE INDEX prescriptions_medication_idx ON prescriptions (medication_id);
CREATE INDEX prescriptions_practitioner_idx ON prescriptions (practitioner_id);
CREATE INDEX prescriptions_encounter_idx ON prescriptions (encounter_id);

CREATE TRIGGER prescriptions_touch_updated_at BEFORE UPDATE ON prescriptions
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE prescriptions IS 'What a patient takes, how much, how often and for how long.';
COMMENT ON COLUMN prescriptions.dose_interval IS 'Time between two doses.';
COMMENT ON COLUMN prescriptions.valid_during IS 'Days it may be dispensed on; no upper bound for good.';
