CREATE TYPE appointment_status AS ENUM (
    'scheduled',
    'confirmed',
    'arrived',
    'completed',
    'cancelled',
    'no-show'
);

CREATE TABLE appointments (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    patient_id uuid NOT NULL REFERENCES patients (id) ON DELETE CASCADE,
    practitioner_id uuid NOT NULL REFERENCES practitioners (id) ON DELETE RESTRICT,
    status appointment_status NOT NULL DEFAULT 'scheduled',
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    during tstzrange NOT NULL GENERATED ALWAYS AS (tstzrange(starts_at, ends_at)) STORED,
    reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT appointments_ends_after_start CHECK (ends_at > starts_at),
    CONSTRAINT appointments_no_double_booking
        EXCLUDE USING gist (practitioner_id WITH =, during WITH &&)
        WHERE (status NOT IN ('cancelled', 'no-show'))
);

CREATE INDEX appointments_patient_idx ON appointments (patient_id, starts_at);
CREATE INDEX appointments_practitioner_idx ON appointments (practitioner_id, starts_at);

CREATE TRIGGER appointments_touch_updated_at BEFORE UPDATE ON appointments
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE appointments IS 'Planned visits; an encounter is what came of one.';
COMMENT ON COLUMN appointments.during IS 'From the start up to, not including, the end.';
COMMENT ON COLUMN appointments.reason IS 'In the patient''s words.';
