-- name: get_owner :one -> Owner
SELECT id, jsonb_build_object('name', name) AS details FROM owners WHERE id = :id;

-- name: get_details :one -> OwnerDetails
SELECT id, name FROM owners WHERE id = :id;
