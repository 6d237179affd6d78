-- Rows of the table: its NOT NULL holds in the class `Owners`.
-- name: list_pets :many
SELECT pets.id, owners AS owner
FROM pets JOIN owners ON owners.id = pets.owner_id;

-- name: list_owners :many
SELECT owners.id, ARRAY(SELECT pets FROM pets WHERE pets.owner_id = owners.id) AS pets
FROM owners;

-- Values of the row type that need not come from the table: each field of `Pets` may be None.
-- name: list_changes :many
SELECT before, after FROM changes;

-- name: fields_of_elements :many
SELECT pet.name FROM unnest(:pets::pets[]) AS pet;

-- name: rows_without_a_table :many
SELECT ROW(id, 1) AS pair FROM pets;
