CREATE TABLE patients (
    id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    mrn text NOT NULL UNIQUE,
    name text NOT NULL,
    email text,
    sex text NOT NULL DEFAULT 'unknown' CHECK (sex IN ('female', 'male', 'unknown')),
    language text DEFAULT 'en',
    note text,
    changed_at timestamptz NOT NULL DEFAULT now()
);
