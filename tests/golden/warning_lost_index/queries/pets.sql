-- name: pets_of_owner :many
SELECT id FROM pets WHERE owner_id = :owner;

-- name: pets_of_vet :many
SELECT id FROM pets WHERE vet_id = :vet;

-- name: pets_with_tag :many
SELECT id FROM pets WHERE :tag = ANY (tags);

-- name: list_pets :page
SELECT id, born FROM pets ORDER BY born, id;

-- name: delete_owner :exec
DELETE FROM owners WHERE id = :id;
