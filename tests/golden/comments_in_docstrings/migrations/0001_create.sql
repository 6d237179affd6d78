CREATE TABLE owners (id int PRIMARY KEY, name text NOT NULL);
COMMENT ON COLUMN owners.name IS 'As on the card.';

CREATE TABLE pets (id int PRIMARY KEY, owner_id int NOT NULL REFERENCES owners, "pet name" text NOT NULL, notes text);
COMMENT ON TABLE pets IS E'Those who """live"""\n  with an owner; \\ is no escape.';
COMMENT ON COLUMN pets."pet name" IS E'What it  answers to:\n"Rex".';
COMMENT ON COLUMN pets.notes IS '';
COMMENT ON COLUMN pets.owner_id IS 'ends in a quote"';

CREATE VIEW named_pets AS SELECT id, "pet name" AS name FROM pets;
COMMENT ON VIEW named_pets IS 'Pets by name.';
