CREATE TABLE encounters (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    patient_id uuid NOT NULL REFERENCES patients (id) ON DELETE CASCADE,
    practitioner_id uuid REFERENCES practitioners (id) ON DELETE SET NULL,
    appointment_id uuid REFERENCES appointments (id) ON DELETE SET NULL,
    setting text NOT NULL
        CHECK (setting IN ('ambulatory', 'emergency', 'inpatient', 'virtual')),
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    diagnoses text[] NOT NULL DEFAULT '{}',
    summary text,
    signature bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT encounters_appointment_id_key UNIQUE (appointment_id),
    CONSTRAINT encounters_ends_after_start CHECK (ended_at >= started_at)
);

CREATE INDEX encounters_patient_idx ON encounters (patient_id, started_at DESC);
CREATE INDEX encounters_practitioner_idx ON encounters (practitioner_id, started_at DESC);
CREATE INDEX encounters_open_idx ON encounters (started_at) WHERE ended_at IS NULL;

CREATE TRIGGER encounters_touch_updated_at BEFORE UPDATE ON encounters
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE encounters IS 'Contacts between a patient and the clinic.';
COMMENT ON COLUMN encounters.appointment_id IS 'NULL for those who walk in.';
COMMENT ON COLUMN encounters.diagnoses IS 'ICD-10 codes, the main one first.';
COMMENT ON COLUMN encounters.signature IS 'Detached signature of the summary.';
