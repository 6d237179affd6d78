CREATE TYPE status AS ENUM ('booked', 'checked-in', 'class', '2nd', '');
COMMENT ON TYPE status IS 'How far an appointment is.';
CREATE DOMAIN mrn AS text NOT NULL CHECK (VALUE ~ '^[0-9]+$');
CREATE DOMAIN severity AS text CHECK (VALUE IN ('mild', 'severe'));
CREATE TYPE address AS (street text, city text, since date);
CREATE TABLE things (
    id bigint PRIMARY KEY,
    status status NOT NULL,
    history status[] NOT NULL,
    mrn mrn NOT NULL,
    severity severity,
    home address,
    former address[] NOT NULL,
    kind varchar(20) NOT NULL CHECK (kind IN ('in', 'out')),
    during tstzrange NOT NULL,
    tags text[] NOT NULL,
    details jsonb NOT NULL
);
