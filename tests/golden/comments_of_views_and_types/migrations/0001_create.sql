CREATE TYPE size AS (height numeric, width numeric);
COMMENT ON TYPE size IS 'In centimetres.';
COMMENT ON COLUMN size.height IS 'To the shoulder.';

CREATE TABLE pets (id int PRIMARY KEY, name text NOT NULL, size size, born date);
COMMENT ON TABLE pets IS 'Those who live with us.';
COMMENT ON COLUMN pets.name IS 'What it answers to.';
COMMENT ON COLUMN pets.born IS 'NULL for foundlings.';

CREATE TABLE visits (id int PRIMARY KEY, pet_id int NOT NULL REFERENCES pets, seen_at timestamptz NOT NULL);
COMMENT ON COLUMN visits.seen_at IS 'When it came in.';

-- A column's own comment comes before that of the table's column below it.
CREATE VIEW guests AS SELECT id, name, born, born IS NULL AS is_foundling FROM pets;
COMMENT ON VIEW guests IS 'Pets as guests see them.';
COMMENT ON COLUMN guests.name IS 'As on the collar.';
COMMENT ON COLUMN guests.is_foundling IS 'Nobody knows its age.';

CREATE VIEW plain AS SELECT id, name FROM pets;

CREATE MATERIALIZED VIEW counts AS SELECT pet_id, count(*) AS visits FROM visits GROUP BY pet_id;
COMMENT ON MATERIALIZED VIEW counts IS 'How often each came.';
COMMENT ON COLUMN counts.visits IS 'Since the last refresh.';
