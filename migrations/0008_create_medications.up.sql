CREATE TABLE medications (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    atc_code varchar(7) NOT NULL,
    name text NOT NULL,
    form text NOT NULL
        CHECK (form IN ('tablet', 'capsule', 'solution', 'injection', 'cream')),
    ingredients text[] NOT NULL,
    unit_price numeric(10, 2) NOT NULL CHECK (unit_price >= 0),
    stock integer NOT NULL DEFAULT 0 CHECK (stock >= 0),
    controlled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT medications_name_form_key UNIQUE (name, form)
);

CREATE INDEX medications_atc_code_idx ON medications (atc_code);
CREATE INDEX medications_ingredients_idx ON medications USING gin (ingredients);

CREATE TRIGGER medications_touch_updated_at BEFORE UPDATE ON medications
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE medications IS 'The formulary: what may be prescribed here.';
COMMENT ON COLUMN medications.atc_code IS 'Anatomical Therapeutic Chemical code, such as J01CA04.';
COMMENT ON COLUMN medications.controlled IS 'Whether the narcotics register applies.';
