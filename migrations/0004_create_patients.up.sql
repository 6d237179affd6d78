CREATE DOMAIN medical_record_number AS text
    CONSTRAINT medical_record_number_form CHECK (VALUE ~ '^MRN-[0-9]{6}$');

COMMENT ON DOMAIN medical_record_number IS 'The number on the patient''s wristband.';

CREATE TYPE sex AS ENUM ('female', 'male', 'other', 'unknown');

COMMENT ON TYPE sex IS 'Administrative sex, as FHIR codes it.';

CREATE TABLE patients (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    mrn medical_record_number NOT NULL,
    given_name text NOT NULL,
    family_name text NOT NULL,
    born_on date NOT NULL,
    sex sex NOT NULL DEFAULT 'unknown',
    email email_address,
    phone_numbers text[] NOT NULL DEFAULT '{}',
    address postal_address,
    deceased_on date,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT patients_mrn_key UNIQUE (mrn),
    CONSTRAINT patients_names_not_blank CHECK (given_name <> '' AND family_name <> ''),
    CONSTRAINT patients_deceased_after_birth CHECK (deceased_on >= born_on)
);

CREATE INDEX patients_name_idx ON patients (family_name, given_name, id);

CREATE TRIGGER patients_touch_updated_at BEFORE UPDATE ON patients
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE patients IS 'People the clinic cares for.';
COMMENT ON COLUMN patients.mrn IS 'Medical record number, unique in this clinic.';
COMMENT ON COLUMN patients.phone_numbers IS 'In order of preference.';
COMMENT ON COLUMN patients.address IS 'NULL while it is not known.';
