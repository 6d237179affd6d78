CREATE TYPE place AS (street TEXT, city TEXT);
CREATE TABLE patients (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    note TEXT,
    settings JSONB,
    home PLACE
);
