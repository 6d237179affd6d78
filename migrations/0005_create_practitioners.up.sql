CREATE TYPE specialty AS ENUM (
    'general practice',
    'cardiology',
    'dermatology',
    'emergency medicine',
    'paediatrics',
    'psychiatry'
);

CREATE TABLE practitioners (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    licence_number text NOT NULL,
    full_name text NOT NULL,
    email email_address NOT NULL,
    specialties specialty[] NOT NULL,
    room text,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT practitioners_licence_number_key UNIQUE (licence_number),
    CONSTRAINT practitioners_has_specialty CHECK (cardinality(specialties) > 0)
);

CREATE INDEX practitioners_specialties_idx ON practitioners USING gin (specialties);

CREATE TRIGGER practitioners_touch_updated_at BEFORE UPDATE ON practitioners
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE practitioners IS 'Physicians and nurses who see patients.';
COMMENT ON COLUMN practitioners.room IS 'Where they usually work; NULL for those who rotate.';
