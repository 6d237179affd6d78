-- name: list_owners :many
-- Owners with all of their pets.
SELECT o.id, o.name, COALESCE(json_agg(p ORDER BY p.name) FILTER (WHERE p.id IS NOT NULL), '[]') AS pets
FROM owners AS o LEFT JOIN pets AS p ON p.owner_id = o.id
GROUP BY o.id;

-- name: get_owner :optional -> Owner
SELECT o.id, jsonb_build_object('name', o.name, 'status', o.status, 'pets', l.pets) AS details
FROM owners AS o
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('id', p.id, 'mood', p.mood)) AS pets
    FROM pets AS p WHERE p.owner_id = o.id
) AS l
WHERE o.id = :id;

-- name: find_owner :optional -> Owner
SELECT o.id, jsonb_build_object('name', o.name, 'status', o.status, 'pets', (
    SELECT jsonb_agg(jsonb_build_object('id', p.id, 'mood', p.mood))
    FROM pets AS p WHERE p.owner_id = o.id
)) AS details
FROM owners AS o WHERE o.name = :name LIMIT 1;

-- name: documents :many
SELECT document FROM owner_documents;

-- name: weights_by_name :one
SELECT json_object_agg(name, weight) AS weights, json_build_object('count', count(*), 'average', avg(weight)) AS summary
FROM pets;

-- name: odd_keys :one
SELECT json_build_object('first name', 'x', 'class', 1, 'int', 2) AS odd;

-- name: without_nulls :many
SELECT json_strip_nulls(row_to_json(o)) AS owner FROM owners AS o;

-- name: not_known :many
SELECT json_build_object(name, 1) AS key_is_data, json_build_object('a', 1, 'a', 2) AS key_is_there_twice,
    extra || jsonb_build_object('a', 1) AS merged
FROM pets;

-- name: add_pet :one
INSERT INTO pets (id, owner_id, name, tags, extra) VALUES (:id, :owner_id, :name, :tags, :extra)
RETURNING to_jsonb(pets) AS pet;

-- name: overridden :many
SELECT row_to_json(o) AS "owner: dict[str, Any]" FROM owners AS o;
