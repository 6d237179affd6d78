-- name: get_owner :one -> Owner
SELECT id, jsonb_build_object('name', name, 'born', born_on, 'pet', jsonb_build_object('a', 1)) AS details FROM owners WHERE id = :id;

-- name: list_owners :many -> Owner
SELECT id, jsonb_build_object('name', name, 'born', id, 'pet', jsonb_build_object('b', 1)) AS details FROM owners;
