CREATE SCHEMA audit;
CREATE TYPE sex AS ENUM ('female', 'male');
CREATE TYPE address AS (street text, city text);
CREATE TYPE unused AS ENUM ('a');
CREATE DOMAIN size AS text CHECK (VALUE IN ('s', 'm'));
CREATE TABLE patients (
    id integer PRIMARY KEY,
    mrn text NOT NULL,
    sex sex,
    home address,
    data jsonb,
    score numeric NOT NULL,
    size size,
    sizes size[] NOT NULL,
    state text NOT NULL CHECK (state IN ('in', 'out')),
    "class" text
);
COMMENT ON TABLE patients IS 'Who is "treated".';
CREATE TABLE visits (id integer PRIMARY KEY, at timestamptz NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (1) TO (100);
CREATE TABLE notes (id integer PRIMARY KEY, patient patients, span int4range NOT NULL);
CREATE TABLE tags (id integer PRIMARY KEY, name text);
CREATE TABLE audit.tags (id integer);
CREATE TABLE empty ();
CREATE VIEW tagged AS SELECT id FROM tags;
CREATE TEMPORARY TABLE gone (id integer);
