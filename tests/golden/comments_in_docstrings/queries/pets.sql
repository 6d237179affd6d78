-- name: get_pet :one -> Pet
SELECT * FROM pets WHERE id = :id;

-- name: list_named :many -> NamedPet
SELECT * FROM named_pets;

-- name: list_with_owners :many
SELECT p."pet name", o.name, upper(o.name) AS upper_name FROM pets AS p JOIN owners AS o ON o.id = p.owner_id;

-- name: list_owners :many -> Owner
SELECT id, name FROM owners;

-- name: list_ids :many -> PetId
SELECT id, notes FROM pets;
