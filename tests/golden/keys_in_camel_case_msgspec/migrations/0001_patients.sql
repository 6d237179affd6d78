CREATE TABLE patients (
    id integer PRIMARY KEY,
    family_name text NOT NULL,
    born_on date,
    "class" text,
    "Field" integer NOT NULL,
    field integer NOT NULL,
    annotated_field jsonb,
    "a ""quoted"" name\" text
);
CREATE TABLE visits (
    id integer PRIMARY KEY,
    patient_id integer NOT NULL REFERENCES patients,
    seen_at timestamptz NOT NULL
);
