-- name: list_patients :many
-- The place after 'ä' is counted in bytes by the server.
SELECT id, 'ä' AS note FROM patients WHERE id IN (:ids) OR name NOT IN ( :names );

-- name: find_patients :many
SELECT id FROM patients WHERE name LIKE '%:part%' OR name = ':name' OR name ILIKE ':start%';

-- name: search_patients :many
SELECT id FROM patients WHERE name LIKE '%:first-:last%' OR name LIKE 'Dr. :last';

-- name: list_others :many
SELECT id FROM patients AS p WHERE NOT EXISTS (SELECT FROM patients AS q WHERE q.id IN ($1) AND q.id = p.id);

-- name: list_as_meant :many
-- sqlgen: allow in-one-value, quoted-parameter
SELECT id, ':name' AS label FROM patients WHERE id IN (:id);

-- name: list_without_warnings :many
SELECT id, 'at :time' AS label, to_char(now(), 'HH24:MI:SS') AS now, '10:30 :D' AS at, 'it''s '':x''' AS quoted, $$':name'$$ AS body
FROM patients -- IN ($1) or ':name'
WHERE id IN (:first, :second) AND name = ANY(:names) AND id IN (SELECT :third::bigint);
