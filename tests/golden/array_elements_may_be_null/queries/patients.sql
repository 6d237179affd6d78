-- name: get_tags :one
SELECT tags, ARRAY[id] AS keys, ARRAY(SELECT x FROM unnest(tags) AS x WHERE x IS NOT NULL) AS known,
    tags AS "sure: list[str]"
FROM things WHERE id = :id;

-- name: set_tags :exec
UPDATE things SET tags = :tags WHERE id = ANY(:ids);

-- name: find_tags :many
SELECT id FROM things WHERE tags && :tags OR tags = :same OR cardinality(:sure[!]::text[]) = 0;
