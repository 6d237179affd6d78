-- name: left_join :many
-- nullable: note, visit
SELECT p.id, p.name, v.id AS visit, v.note FROM people AS p LEFT JOIN visits AS v ON v.person = p.id

-- name: reduced_left_join :many
-- nullable:
SELECT p.name, v.id AS visit, v.note
FROM people AS p LEFT JOIN visits AS v ON v.person = p.id WHERE v.note LIKE 'a%'

-- name: right_and_full_joins :many
-- nullable: name, note
SELECT id, a.name, v.note
FROM people AS a RIGHT JOIN visits AS v USING (id) FULL JOIN (VALUES (1), (2)) AS w (id) USING (id)

-- name: join_with_a_name :many
-- nullable: mail
SELECT j.name, j.mail, COALESCE(j.phone, j.mail) AS contact, u.id
FROM (people AS p JOIN visits AS v ON p.id = v.person) AS j (id, name, born, boss, tags, odd, visit)
JOIN people AS q USING (id) AS u

-- name: grouped :many
-- nullable: born, last
SELECT born, count(*) AS people, max(name) AS name, max(boss) AS last, sum(id) FILTER (WHERE id > 3) IS NULL AS none
FROM people GROUP BY born HAVING max(name) <> ''

-- name: grouping_sets :many
-- nullable: id, name
SELECT id, name, grouping(id, name) AS level, count(*) AS people FROM people GROUP BY ROLLUP (id, name)

-- name: ungrouped :one
-- nullable: last
SELECT max(id) AS last, count(id) AS people FROM people

-- name: union :many
-- nullable: a
SELECT id AS a, name AS b FROM people UNION ALL SELECT boss, name FROM people ORDER BY 1

-- name: intersect_and_except :many
-- nullable:
SELECT id FROM people INTERSECT SELECT boss FROM people EXCEPT SELECT boss FROM people

-- name: recursive :many
-- nullable: boss
WITH RECURSIVE above (id, boss, depth) AS (
    SELECT id, boss, 1 FROM people
    UNION ALL
    SELECT p.id, p.boss, a.depth + 1 FROM people AS p JOIN above AS a ON a.boss = p.id
) SEARCH DEPTH FIRST BY id SET place CYCLE id SET again USING path
SELECT id, boss, depth, place, again, path FROM above

-- name: lateral :many
-- nullable: latest
SELECT p.id, l.latest, l.many
FROM people AS p LEFT JOIN LATERAL (
    SELECT max(v.id) AS latest, count(*) AS many FROM visits AS v WHERE v.person = p.id
) AS l ON true

-- name: through_a_view :many
-- nullable: note
SELECT * FROM visitors

-- name: sublinks :many
-- nullable: some, one
SELECT EXISTS (SELECT FROM visits) AS any, (SELECT note FROM visits LIMIT 1) AS some,
       (SELECT count(*) FROM visits) AS many, ARRAY(SELECT id FROM visits) AS ids,
       id IN (SELECT boss FROM people) AS one
FROM people

-- name: expressions :many
-- nullable: last, odd, same, tag
SELECT CASE WHEN born IS NULL THEN 'none' ELSE 'some' END AS told,
       CASE name WHEN 'a' THEN 1 ELSE 2 END AS kind,
       COALESCE(boss, 0) AS boss, NULLIF(id, 1) AS last, GREATEST(boss, id) AS highest,
       ARRAY[id, 2] AS ids, ROW(id, boss) AS pair, ROW(id, boss) < ROW(2, 3) AS same,
       tags[1] AS tag, "odd {name} (a\b)" AS odd, name COLLATE "C" AS sorted, id::text AS shown,
       name::varchar(3) AS short, '{1,2}'::int[]::text[] AS texts, p AS whole, (p).name AS field,
       p.name || 'b {' AS longer, current_date AS today, current_user AS who, id = ANY ('{1,2}') AS listed
FROM people AS p

-- name: tests :many
-- nullable: born
SELECT boss, born, boss IS DISTINCT FROM id AS other, (name = 'a') IS TRUE AS same
FROM people WHERE boss IS NOT NULL AND (born IS NULL OR NOT (id = 3)) AND tags IS NOT NULL

-- name: windows :many
-- nullable: before
SELECT row_number() OVER w AS place, lag(name) OVER w AS before, count(*) OVER (PARTITION BY born) AS peers
FROM people WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)

-- name: json_functions :many
-- nullable: all, text
SELECT jsonb_build_object('id', id, 'born', born) AS object, to_jsonb(p) AS row,
       (to_jsonb(p) ->> 'name') AS text, (SELECT json_agg(note) FROM visits) AS all
FROM people AS p

-- name: sql_json :many
-- nullable: all
-- since: 16
SELECT JSON_OBJECT('id': id, 'born': born) AS object, JSON_ARRAY(id, boss) AS array,
       JSON_ARRAYAGG(name) AS all, name IS JSON AS is
FROM people GROUP BY people.id

-- name: json_table :many
-- nullable: b, value
-- since: 17
SELECT a, b, JSON_VALUE(jsonb '1', '$') AS value, JSON_EXISTS(jsonb '1', '$') AS is
FROM JSON_TABLE(jsonb '[{}]', '$[*]' COLUMNS (a FOR ORDINALITY, b int PATH '$.b'))

-- name: functions_in_from :many
-- nullable: tag, word
SELECT g, n, tag, word, shouted(word) IS NULL AS silent
FROM generate_series(1, 3) AS g, unnest(ARRAY['a', NULL]) WITH ORDINALITY AS u (tag, n),
     ROWS FROM (regexp_split_to_table('a b', ' '), generate_series(1, 9)) AS r (word, i)

-- name: sampled_and_locked :many
-- nullable:
SELECT id, shouted(t => name) IS NULL AS silent FROM people TABLESAMPLE system (10) WHERE id = $1 FOR UPDATE

-- name: insert_returning :many
-- nullable: note
INSERT INTO visits AS v (id, person, note, phone) VALUES ($1, $2, 'n', '1')
ON CONFLICT (id) DO UPDATE SET phone = excluded.phone WHERE v.note IS NOT NULL
RETURNING id, person, note, phone

-- name: update_returning :many
-- nullable: born
UPDATE people AS p SET born = :born?, boss = 7 FROM visits AS v
WHERE v.person = p.id AND p.tags IS NOT NULL AND p.born IS NOT NULL
RETURNING p.id, p.born, p.boss, p.tags, v.id AS visit

-- name: delete_returning :many
-- nullable:
WITH gone AS (DELETE FROM people WHERE born > $1 RETURNING id, born) SELECT * FROM gone

-- name: merge :execrows
-- nullable:
-- since: 15
MERGE INTO people AS p USING visits AS v ON p.id = v.person
WHEN MATCHED AND p.born < $1 THEN UPDATE SET boss = v.id
WHEN NOT MATCHED THEN INSERT (id, name) VALUES (v.id, $2)

-- name: merge_returning :many
-- nullable: born, visit
-- since: 17
MERGE INTO people AS p USING visits AS v ON p.id = v.person
WHEN MATCHED THEN UPDATE SET boss = v.id
WHEN NOT MATCHED BY SOURCE THEN DELETE
RETURNING merge_action() AS action, p.id, p.born, v.id AS visit

-- name: old_and_new :many
-- nullable: before
-- since: 18
INSERT INTO people (id, name, boss) VALUES (1, 'a', 2) ON CONFLICT (id) DO UPDATE SET boss = 3
RETURNING old.id AS before, new.id AS after, boss
