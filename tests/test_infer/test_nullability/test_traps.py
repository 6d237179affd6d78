"""Statements that each break a rule that sounds right."""

from typing import Any

import pytest

TRAPS = {
    "a window function sees rows that the surrounding query drops": (
        (
            "SELECT s.l FROM (SELECT fee, lag(fee, 1, 0) OVER (ORDER BY fee NULLS FIRST) AS l"
            " FROM visits) s WHERE s.fee IS NOT NULL"
        ),
        "l",
    ),
    "a window function sees rows that no WHEN holds for": (
        (
            "SELECT CASE WHEN fee IS NOT NULL"
            " THEN lag(fee, 1, 0) OVER (ORDER BY fee NULLS FIRST) ELSE 0 END AS l FROM visits"
        ),
        "l",
    ),
    "a window function over an outer join that only the surrounding query reduces": (
        (
            "SELECT s.f FROM (SELECT v.id, first_value(v.at) OVER (ORDER BY v.at NULLS FIRST) AS f"
            " FROM patients p LEFT JOIN visits v ON v.patient_id = p.id) s WHERE s.id IS NOT NULL"
        ),
        "f",
    ),
    "an aggregate that is not NULL says nothing of each row": (
        (
            "SELECT e FROM (SELECT patient_id, array_agg(fee) AS a, max(fee) AS m"
            " FROM visits GROUP BY patient_id) s, unnest(s.a) AS e WHERE s.m IS NOT NULL"
        ),
        "e",
    ),
    "the surrounding query asks RETURNING, not SET": (
        (
            "WITH u AS (UPDATE visits SET fee = patient_id RETURNING note AS a, phone AS c)"
            " SELECT a, c FROM u WHERE a IS NOT NULL"
        ),
        "c",
    ),
    "UPDATE: WHERE narrows the old row, RETURNING shows the new one": (
        "UPDATE visits SET fee = NULL WHERE fee IS NOT NULL RETURNING fee",
        "fee",
    ),
    "the same in a CTE": (
        (
            "WITH u AS (UPDATE visits SET fee = note::numeric WHERE fee > 1 AND note IS NULL"
            " RETURNING fee) SELECT fee FROM u"
        ),
        "fee",
    ),
    "ON CONFLICT DO UPDATE shows what SET makes of it": (
        (
            "INSERT INTO doctors (id, name, room) VALUES (1, 'x', 5) ON CONFLICT (id)"
            " DO UPDATE SET name = 'y' RETURNING room"
        ),
        "room",
    ),
    "ON CONFLICT DO UPDATE … WHERE looks at the old row": (
        (
            "INSERT INTO doctors (id, name, room) VALUES (1, 'x', 5) ON CONFLICT (id)"
            " DO UPDATE SET room = NULL WHERE doctors.room IS NOT NULL RETURNING room"
        ),
        "room",
    ),
    "lower of a range, unlike lower of a text": (
        "SELECT lower(name) AS a, lower(span) AS b FROM patients",
        "b",
    ),
    "JSON operators are strict and give NULL": (
        (
            "SELECT d -> 'x' AS a, d ->> 'x' AS b, d #> '{x}' AS c, d @? 'strict $.x.y' AS e,"
            " d @@ '$.x' AS f FROM (SELECT '{}'::jsonb) AS t(d)"
        ),
        "a b c e f",
    ),
    "geometry that does not meet": (
        (
            "SELECT '[(0,0),(1,1)]'::lseg # '[(5,5),(6,5)]'::lseg AS a, '{1,-1,0}'::line #"
            " '{1,-1,5}'::line AS b, '((0,0),(1,1))'::box # '((5,5),(6,6))'::box AS c"
        ),
        "a b c",
    ),
    "to_char of nothing and of infinity": (
        (
            "SELECT to_char(now(), '') AS a, to_char('infinity'::timestamptz, 'YYYY') AS b,"
            " to_number('1', '') AS c, extract(day FROM 'infinity'::timestamptz) AS d"
        ),
        "a b c d",
    ),
    "surroundings that need not be": (
        (
            "SELECT current_schema AS a, current_schema() AS b, current_setting('a.b', true) AS c,"
            " inet_client_addr() AS d"
        ),
        "a b c d",
    ),
    "array functions of an empty array": (
        (
            "SELECT array_length('{}'::int[], 1) AS a, array_upper('{}'::int[], 1) AS b,"
            " array_position('{}'::int[], 1) AS c, ('{}'::int[])[1] AS d, cardinality('{}'::int[]) AS e"
        ),
        "a b c d",
    ),
    "functions that take NULL": (
        (
            "SELECT concat_ws(NULL, 'a') AS a, format(NULL) AS b, concat(NULL) AS c,"
            " concat_ws('', NULL) AS d, concat(VARIADIC NULL::text[]) AS e,"
            " json_build_array(VARIADIC NULL::text[]) AS f, ntile(NULL) OVER () AS g"
        ),
        "a b e f g",
    ),
    "matches that need not be": (
        (
            "SELECT substring('a' FROM 'b') AS a, regexp_match('a', 'b') AS b, nullif(1, 1) AS c,"
            " substring('a' FROM 1 FOR 1) AS d"
        ),
        "a b c",
    ),
    "rows before the first and after the last": (
        (
            "SELECT lag(id) OVER w AS a, lead(id) OVER w AS b, nth_value(id, 9) OVER w AS c"
            " FROM doctors WINDOW w AS (ORDER BY id)"
        ),
        "a b c",
    ),
    "window frames that can be empty": (
        (
            "SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS a,"
            " max(id) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) AS b,"
            " first_value(id) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) AS c,"
            " count(*) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING) AS d,"
            " sum(id) FILTER (WHERE id > 5) OVER () AS e FROM doctors"
        ),
        "a b c e",
    ),
    "statistics of one row": (
        (
            "SELECT stddev_samp(id) AS a, var_samp(id) AS b, covar_samp(id, id) AS c,"
            " corr(id, id) AS d, stddev(id) AS e, var_pop(id) AS f FROM doctors GROUP BY id"
        ),
        "a b c d e",
    ),
    "aggregates over no rows": (
        (
            "SELECT max(id) AS a, array_agg(id) AS b, sum(id) AS c, count(*) AS d,"
            " bool_and(true) AS e FROM empty"
        ),
        "a b c e",
    ),
    "FILTER": (
        (
            "SELECT max(id) FILTER (WHERE id > 99) AS a, count(*) FILTER (WHERE id > 99) AS b"
            " FROM doctors GROUP BY name"
        ),
        "a",
    ),
    "HAVING without GROUP BY": (
        "SELECT max(a) AS m FROM empty WHERE a IS NOT NULL HAVING count(*) = 0",
        "m",
    ),
    "two set-returning functions in a SELECT list": (
        "SELECT generate_series(1, 2) AS a, generate_series(1, 3) AS b",
        "a b",
    ),
    "ROWS FROM": (
        (
            "SELECT a, b, o FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3))"
            " WITH ORDINALITY AS t(a, b, o)"
        ),
        "a b",
    ),
    "unnest of two arrays": (
        "SELECT a, b FROM unnest(ARRAY[1], ARRAY[1, 2]) AS t(a, b)",
        "a b",
    ),
    "an aggregate subquery with a set-returning function may give no row": (
        "SELECT (SELECT generate_series(1, count(*)) FROM empty) AS a",
        "a",
    ),
    "a subquery's LIMIT 0 and OFFSET": (
        (
            "SELECT (SELECT count(*) FROM empty LIMIT 0) AS a, (SELECT 1 OFFSET 1) AS b,"
            " (SELECT count(*) FROM empty LIMIT 1) AS c"
        ),
        "a b",
    ),
    "string_to_table with a null string": (
        "SELECT a FROM string_to_table('a,b', ',', 'b') AS t(a)",
        "a",
    ),
    "jsonb_array_elements_text and jsonb_each_text": (
        (
            "SELECT a, v FROM jsonb_array_elements_text('[null]') AS a,"
            " jsonb_each_text('{\"a\": null}') AS b(k, v)"
        ),
        "a v",
    ),
    "a recursive CTE needs its fixed point": (
        (
            "WITH RECURSIVE r(n, a, b) AS (SELECT 1, 1, 2 UNION ALL SELECT n + 1, b, NULL FROM r"
            " WHERE n < 4) SELECT n, a, b FROM r"
        ),
        "a b",
    ),
    "a recursive CTE in three steps": (
        (
            "WITH RECURSIVE r(n, a, b, c) AS (SELECT 1, 1, 2, 3 UNION ALL"
            " SELECT n + 1, b, c, NULL FROM r WHERE n < 5) SELECT n, a, b, c FROM r"
        ),
        "a b c",
    ),
    "NOT (a = ANY (list))": (
        "SELECT born_on FROM patients WHERE NOT (born_on = ANY ('{}'::date[]))",
        "born_on",
    ),
    "(a = ANY (list)) IS NOT NULL": (
        "SELECT born_on FROM patients WHERE (born_on = ANY ('{}'::date[])) IS NOT NULL",
        "born_on",
    ),
    "a <> ALL (list)": (
        "SELECT born_on FROM patients WHERE born_on <> ALL ('{}'::date[])",
        "born_on",
    ),
    "NOT IN (SELECT …)": (
        "SELECT born_on FROM patients WHERE born_on NOT IN (SELECT now()::date FROM empty)",
        "born_on",
    ),
    "a value of = ANY and IN may be NULL": (
        (
            "SELECT id = ANY (ARRAY[9, NULL]) AS a, id IN (SELECT boss FROM doctors) AS b,"
            " id IN (9, NULL) AS c, id IN (SELECT id FROM patients) AS d FROM doctors"
        ),
        "a b c",
    ),
    "ROW(a, b) = ROW(c, d)": (
        (
            "SELECT ROW(id, room) = ROW(id, room) AS a, ROW(id, room) < ROW(id, room) AS b,"
            " ROW(id, name) = ROW(id, name) AS c FROM doctors"
        ),
        "a b",
    ),
    "conditions that prove nothing": (
        (
            "SELECT fee, note, phone, mail FROM visits WHERE fee IS DISTINCT FROM 1"
            " AND coalesce(note, 'n') = 'n' AND (phone IS NULL OR phone <> '') AND mail IS NOT NULL"
        ),
        "fee note phone",
    ),
    "a row IS NOT NULL is not the opposite of IS NULL": (
        "SELECT fee FROM visits WHERE NOT (ROW(fee, note) IS NULL)",
        "fee",
    ),
    "a NOT NULL domain on an optional side, and in an empty subquery": (
        (
            "SELECT p.label AS a, (SELECT label FROM patients WHERE false) AS b"
            " FROM doctors d LEFT JOIN patients p ON p.id = d.id + 100"
        ),
        "a b",
    ),
    "FULL JOIN USING with a nullable column": (
        "SELECT room FROM doctors FULL JOIN (SELECT 1 AS room, 2 AS x) s USING (room)",
        "room",
    ),
    "FULL JOIN USING over an outer join below": (
        (
            "SELECT id FROM (SELECT e.id FROM doctors d LEFT JOIN empty e USING (id)) a"
            " FULL JOIN empty b USING (id)"
        ),
        "id",
    ),
    "FULL JOIN USING over an outer join in the same FROM": (
        (
            "SELECT a FROM (doctors d LEFT JOIN empty e ON e.id = d.id) FULL JOIN"
            " (SELECT 1 AS a) s USING (a)"
        ),
        "a",
    ),
    "FULL JOIN USING below an outer join": (
        (
            "SELECT x.id FROM patients p LEFT JOIN (doctors d FULL JOIN empty e USING (id)) AS x"
            " ON x.id = p.id + 100"
        ),
        "id",
    ),
    "an outer join's ON proves nothing of its left side": (
        (
            "SELECT p.doctor_id, d.name FROM patients p LEFT JOIN doctors d"
            " ON d.id = p.doctor_id AND p.doctor_id IS NOT NULL"
        ),
        "doctor_id name",
    ),
    "a foreign key with more in ON need not match": (
        (
            "SELECT d.name FROM patients p LEFT JOIN doctors d"
            " ON d.id = p.guardian_id AND d.room > 5"
        ),
        "name",
    ),
    "a foreign key under FOR UPDATE": (
        (
            "SELECT d.name FROM patients p LEFT JOIN doctors d ON d.id = p.guardian_id"
            " FOR UPDATE OF p"
        ),
        "name",
    ),
    "a foreign key from an optional side": (
        (
            "SELECT d.name FROM doctors x LEFT JOIN patients p ON p.id = x.id + 100"
            " LEFT JOIN doctors d ON d.id = p.guardian_id"
        ),
        "name",
    ),
    "GROUPING SETS, ROLLUP and CUBE": (
        (
            "SELECT id, name, count(*) AS n, max(id) AS m, grouping(id) AS g FROM doctors"
            " GROUP BY ROLLUP (id, name)"
        ),
        "id name m",
    ),
    "GROUPING SETS of expressions": (
        (
            "SELECT lower(name) AS a, coalesce(boss, 0) AS b, 1 AS c FROM doctors"
            " GROUP BY GROUPING SETS ((lower(name)), (coalesce(boss, 0)), ())"
        ),
        "a b",
    ),
    "WHERE does not help against GROUPING SETS": (
        "SELECT room FROM doctors WHERE room IS NOT NULL GROUP BY CUBE (room)",
        "room",
    ),
    "WHERE of an aggregate subquery says nothing of the row around it": (
        (
            "SELECT (SELECT coalesce(max(e.a), p.doctor_id) FROM empty e WHERE e.a = p.doctor_id) AS a,"
            " (SELECT p.doctor_id FROM empty e WHERE e.a = p.doctor_id HAVING count(*) = 0) AS b"
            " FROM patients p"
        ),
        "a b",
    ),
    "EXISTS over an aggregate is always true": (
        (
            "SELECT doctor_id FROM patients p WHERE EXISTS"
            " (SELECT count(*) FROM empty e WHERE e.a = p.doctor_id)"
        ),
        "doctor_id",
    ),
    "a set operation's arms are not narrowed by each other": (
        "SELECT room FROM doctors WHERE room IS NOT NULL UNION ALL SELECT room FROM doctors",
        "room",
    ),
    "VALUES of which one row has a NULL": (
        "SELECT * FROM (VALUES (1), (NULL)) AS v(a) WHERE a IS NULL OR a > 0",
        "a",
    ),
    "a CHECK is satisfied by NULL": (
        "SELECT phone, mail, coalesce(phone, NULL) AS c FROM visits",
        "phone mail c",
    ),
    "a one-of CHECK of an optional side": (
        (
            "SELECT coalesce(v.phone, v.mail) AS c FROM patients p"
            " LEFT JOIN visits v ON v.patient_id = p.id"
        ),
        "c",
    ),
    "CASE without ELSE, and with NULL in an arm": (
        (
            "SELECT CASE WHEN id > 0 THEN 1 END AS a, CASE WHEN id > 1 THEN 1 ELSE NULL END AS b,"
            " CASE id WHEN 1 THEN room ELSE 2 END AS c FROM doctors"
        ),
        "a b c",
    ),
    "a subscript and a field": (
        (
            "SELECT tags[1] AS a, (data['a']) AS b, (p).born_on AS c, (ROW(1, NULL)::doctors_pair).b AS d"
            " FROM patients p"
        ),
        "a b c d",
    ),
    "percentiles of nothing": (
        (
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) AS a,"
            " mode() WITHIN GROUP (ORDER BY id) AS b, rank(1) WITHIN GROUP (ORDER BY id) AS c FROM empty"
        ),
        "a b c",
    ),
    "json_agg of nothing": (
        "SELECT json_agg(id) AS a, jsonb_object_agg(id, b) AS b FROM empty",
        "a b",
    ),
    "DISTINCT ON and ORDER BY change nothing": (
        "SELECT DISTINCT ON (id) id, room FROM doctors ORDER BY id, room NULLS LAST",
        "room",
    ),
    "lateral of an optional side": (
        (
            "SELECT l.n FROM doctors d LEFT JOIN patients p ON p.id = d.id + 100"
            " CROSS JOIN LATERAL (SELECT p.name AS n) l"
        ),
        "n",
    ),
    "the left side of a RIGHT JOIN above an inner join": (
        (
            "SELECT p.name, d.name AS doctor FROM (patients p JOIN doctors d ON d.id = p.doctor_id)"
            " RIGHT JOIN visits v ON v.patient_id = p.id"
        ),
        "name doctor",
    ),
    "a user's strict function": ("SELECT nothing(1) AS a", "a"),
    "a user's operator": ("SELECT 1 ### 2 AS a", "a"),
    "a user's aggregate": ("SELECT nothings(id) AS a FROM doctors GROUP BY id", "a"),
    "a user's cast": ("SELECT CAST(ROW(1, 2)::doctors_pair AS int) AS a", "a"),
    "a user's cast between the arms of a set operation": (
        "SELECT a FROM (SELECT 'sad'::mood AS a UNION ALL SELECT 'low'::tone) s",
        "a",
    ),
    "an expression that is tested and is not the same each time": (
        "SELECT nothing(id) AS a FROM doctors WHERE nothing(id) IS NOT NULL",
        "a",
    ),
    "a user's function in FROM": (
        "SELECT a, b, c FROM nothing(1) AS a, two() AS t(b, c)",
        "a b c",
    ),
}


@pytest.fixture(scope="module", autouse=True)
def _schema(world: Any) -> None:
    world.run("""
        CREATE TYPE doctors_pair AS (a int, b int);
        CREATE FUNCTION nothing(int) RETURNS int LANGUAGE plpgsql STRICT AS 'BEGIN RETURN NULL; END';
        CREATE FUNCTION nothing2(int, int) RETURNS int LANGUAGE plpgsql STRICT
            AS 'BEGIN RETURN NULL; END';
        CREATE FUNCTION pair_int(doctors_pair) RETURNS int LANGUAGE plpgsql STRICT
            AS 'BEGIN RETURN NULL; END';
        CREATE TYPE tone AS ENUM ('low', 'high');
        CREATE FUNCTION tone_of(mood) RETURNS tone LANGUAGE plpgsql STRICT
            AS 'BEGIN RETURN NULL; END';
        CREATE CAST (mood AS tone) WITH FUNCTION tone_of(mood) AS IMPLICIT;
        CREATE FUNCTION two(OUT b int, OUT c int) LANGUAGE plpgsql AS 'BEGIN b := 1; END';
        CREATE OPERATOR ### (FUNCTION = nothing2, LEFTARG = int, RIGHTARG = int);
        CREATE AGGREGATE nothings(int) (SFUNC = nothing2, STYPE = int);
        CREATE CAST (doctors_pair AS int) WITH FUNCTION pair_int(doctors_pair);
    """)


@pytest.mark.parametrize(("sql", "nullable"), TRAPS.values(), ids=TRAPS)
def test_trap(check: Any, sql: str, nullable: str) -> None:
    check(sql, nullable)
