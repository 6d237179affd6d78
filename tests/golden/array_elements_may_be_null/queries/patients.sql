-- name: get_tags :one
SELECT tags, ARRAY[id] AS keys, ARRAY(SELECT x FROM unnest(tags) AS x WHERE x IS NOT NULL) AS known,
    tags AS "sure: list[str]"
FROM things WHERE id = :id;
