"""Columns that are proved not to be NULL."""

from typing import Any

import pytest

P = "patients AS p"
CASES = {
    "a primary key, a NOT NULL column, and one that is neither": (
        "SELECT id, name, born_on FROM patients",
        "born_on",
    ),
    "a NOT NULL domain does not keep NULL out of a column": (
        "SELECT label FROM patients",
        "label",
    ),
    "identity": ("SELECT id, at, fee FROM visits", "fee"),
    "the left side of LEFT JOIN stays": (
        "SELECT p.name, v.at, v.id FROM patients p LEFT JOIN visits v ON v.patient_id = p.id",
        "at id",
    ),
    "RIGHT JOIN": (
        "SELECT p.name, v.at FROM patients p RIGHT JOIN visits v ON v.patient_id = p.id",
        "name",
    ),
    "FULL JOIN": (
        "SELECT p.name, v.at FROM patients p FULL JOIN visits v ON v.patient_id = p.id",
        "name at",
    ),
    "IS NOT NULL in WHERE": (
        "SELECT born_on FROM patients WHERE born_on IS NOT NULL",
        "",
    ),
    "a strict comparison in WHERE": (
        "SELECT born_on, doctor_id FROM patients WHERE born_on > '1990-01-01'",
        "doctor_id",
    ),
    "= ANY": ("SELECT doctor_id FROM patients WHERE doctor_id = ANY ('{1,2}')", ""),
    "IN and NOT IN of a list": (
        (
            "SELECT doctor_id, born_on FROM patients WHERE doctor_id IN (1, 2)"
            " AND born_on NOT IN ('2001-01-01', '2002-02-02')"
        ),
        "",
    ),
    "BETWEEN": ("SELECT fee FROM visits WHERE fee BETWEEN 1 AND 100", ""),
    "LIKE": ("SELECT note FROM visits WHERE note LIKE '%'", ""),
    "a disjunction proves what each arm proves": (
        (
            "SELECT fee, note, phone FROM visits"
            " WHERE (fee > 1 AND note = 'n') OR (fee < 0 AND phone = '1')"
        ),
        "note phone",
    ),
    "NOT of a strict comparison": (
        "SELECT fee FROM visits WHERE NOT fee = 3",
        "",
    ),
    "NOT of a disjunction": (
        "SELECT fee, note FROM visits WHERE NOT (fee IS NULL OR note IS NULL)",
        "",
    ),
    "IS TRUE": ("SELECT fee FROM visits WHERE (fee > 1) IS TRUE", ""),
    "IS NOT UNKNOWN": ("SELECT fee FROM visits WHERE (fee > 1) IS NOT UNKNOWN", ""),
    "IS NOT DISTINCT FROM a literal": (
        "SELECT note FROM visits WHERE note IS NOT DISTINCT FROM 'n'",
        "",
    ),
    "a function of the column": (
        "SELECT note FROM visits WHERE lower(note) = 'n'",
        "",
    ),
    "a field of JSON": (
        "SELECT data FROM patients WHERE data ->> 'a' = '1'",
        "",
    ),
    "a row comparison proves its first pair": (
        "SELECT fee, note FROM visits WHERE (fee, note) > (1, 'a')",
        "note",
    ),
    "NULLIF": ("SELECT note FROM visits WHERE nullif(note, '') IS NOT NULL", ""),
    "the very expression is tested": (
        (
            "SELECT data ->> 'a' AS a, data ->> 'b' AS b FROM patients"
            " WHERE data ->> 'a' IS NOT NULL"
        ),
        "b",
    ),
    "the very aggregate is tested": (
        "SELECT max(fee) AS a, min(fee) AS b FROM visits GROUP BY note HAVING max(fee) > 0",
        "b",
    ),
    "CASE in WHERE": (
        "SELECT fee FROM visits WHERE CASE WHEN fee IS NULL THEN false ELSE true END",
        "",
    ),
    "COALESCE to false in WHERE": (
        "SELECT fee FROM visits WHERE coalesce(fee > 1, false)",
        "",
    ),
    "IN (SELECT …)": (
        "SELECT doctor_id FROM patients WHERE doctor_id IN (SELECT id FROM doctors)",
        "",
    ),
    "EXISTS with a strict correlation": (
        (
            "SELECT doctor_id FROM patients p WHERE EXISTS"
            " (SELECT FROM doctors d WHERE d.id = p.doctor_id)"
        ),
        "",
    ),
    "an inner join's ON": (
        "SELECT p.doctor_id FROM patients p JOIN doctors d ON d.id = p.doctor_id",
        "",
    ),
    "WHERE makes an outer join an inner one": (
        (
            "SELECT v.at, v.fee, v.note FROM patients p LEFT JOIN visits v ON v.patient_id = p.id"
            " WHERE v.fee > 0"
        ),
        "note",
    ),
    "and so its ON condition holds": (
        (
            "SELECT d.name, p.doctor_id FROM patients p LEFT JOIN doctors d ON d.id = p.doctor_id"
            " WHERE d.name <> ''"
        ),
        "",
    ),
    "any of an optional side's columns will do": (
        (
            "SELECT v.at FROM patients p LEFT JOIN visits v ON v.patient_id = p.id"
            " WHERE v.fee > 0 OR v.note = 'n'"
        ),
        "",
    ),
    "a chain of outer joins": (
        (
            "SELECT v.at, d.name, d.room FROM visits v"
            " LEFT JOIN patients p ON p.id = v.patient_id"
            " LEFT JOIN doctors d ON d.id = p.doctor_id WHERE d.room IS NOT NULL"
        ),
        "",
    ),
    "through a subquery": (
        "SELECT s.name, s.born_on FROM (SELECT name, born_on FROM patients) s",
        "born_on",
    ),
    "into a subquery": (
        (
            "SELECT s.at, s.fee FROM (SELECT p.id, v.at, v.fee FROM patients p"
            " LEFT JOIN visits v ON v.patient_id = p.id) s WHERE s.fee > 0"
        ),
        "",
    ),
    "through a CTE": (
        (
            "WITH c AS (SELECT name, born_on FROM patients WHERE born_on IS NOT NULL)"
            " SELECT * FROM c"
        ),
        "",
    ),
    "a recursive CTE": (
        (
            "WITH RECURSIVE r(n, t) AS (SELECT 1, 'a' UNION ALL SELECT n + 1, t || 'b' FROM r"
            " WHERE n < 5) SELECT n, t FROM r"
        ),
        "",
    ),
    "a recursive CTE over a table": (
        (
            "WITH RECURSIVE r AS (SELECT id, name, boss FROM doctors WHERE boss IS NULL"
            " UNION ALL SELECT d.id, d.name, d.boss FROM doctors d JOIN r ON r.id = d.boss)"
            " SELECT id, name, boss FROM r"
        ),
        "boss",
    ),
    "SEARCH and CYCLE": (
        (
            "WITH RECURSIVE r AS (SELECT id FROM doctors UNION ALL SELECT d.id FROM doctors d"
            " JOIN r ON r.id = d.boss) SEARCH DEPTH FIRST BY id SET place"
            " CYCLE id SET again USING path SELECT id, place, again, path FROM r"
        ),
        "",
    ),
    "VALUES": (
        "SELECT a, b FROM (VALUES (1, 2), (3, NULL)) AS v(a, b)",
        "b",
    ),
    "UNION needs both arms": (
        "SELECT id AS a, boss AS b FROM doctors UNION SELECT 1, 2",
        "b",
    ),
    "INTERSECT needs one, EXCEPT the left": (
        "(SELECT boss AS b FROM doctors INTERSECT SELECT id FROM doctors)",
        "",
    ),
    "EXCEPT": ("SELECT id FROM doctors EXCEPT SELECT boss FROM doctors", ""),
    "USING": (
        "SELECT id FROM doctors JOIN empty USING (id)",
        "",
    ),
    "FULL JOIN USING of columns that are NOT NULL": (
        "SELECT id, name, a FROM doctors FULL JOIN empty USING (id)",
        "name a",
    ),
    "a join with a name": (
        "SELECT j.name, j.at FROM (patients p JOIN visits v ON v.patient_id = p.id) AS j",
        "",
    ),
    "LATERAL": (
        (
            "SELECT p.name, l.n, l.at FROM patients p, LATERAL (SELECT p.name AS n, v.at"
            " FROM visits v WHERE v.patient_id = p.id) l"
        ),
        "",
    ),
    "GROUP BY": (
        (
            "SELECT p.name, p.born_on, count(*), max(v.at), max(v.fee) AS fee FROM patients p"
            " JOIN visits v ON v.patient_id = p.id GROUP BY p.name, p.born_on"
        ),
        "born_on fee",
    ),
    "GROUP BY an expression": (
        "SELECT lower(name), upper(lower(name)) FROM patients GROUP BY lower(name)",
        "",
    ),
    "HAVING": (
        (
            "SELECT born_on, max(doctor_id) AS m FROM patients GROUP BY born_on"
            " HAVING born_on IS NOT NULL"
        ),
        "m",
    ),
    "count": ("SELECT count(*) AS a, count(born_on) AS b FROM patients", ""),
    "ranks": (
        (
            "SELECT row_number() OVER () AS a, rank() OVER (ORDER BY born_on) AS b,"
            " dense_rank() OVER (ORDER BY id) AS c, percent_rank() OVER (ORDER BY id) AS d,"
            " cume_dist() OVER (ORDER BY id) AS e, ntile(2) OVER (ORDER BY id) AS f FROM patients"
        ),
        "",
    ),
    "window frames with the current row": (
        (
            "SELECT sum(id) OVER (ORDER BY id) AS a, first_value(id) OVER (ORDER BY id) AS b,"
            " max(born_on) OVER () AS c, lag(id, 1, 0) OVER (ORDER BY id) AS d,"
            " min(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS e"
            " FROM patients"
        ),
        "c",
    ),
    "tests": (
        (
            "SELECT born_on IS NULL AS a, (born_on > now()) IS TRUE AS b,"
            " born_on IS DISTINCT FROM NULL AS c, EXISTS (SELECT FROM doctors) AS d FROM patients"
        ),
        "",
    ),
    "constructors and literals": (
        (
            "SELECT 1 AS a, 'x' AS b, ARRAY[NULL, 1] AS c, ROW(NULL) AS d, NULL AS e,"
            " ARRAY(SELECT boss FROM doctors) AS f"
        ),
        "e",
    ),
    "COALESCE, GREATEST, LEAST": (
        (
            "SELECT coalesce(born_on, '2000-01-01') AS a, greatest(fee, 0) AS b, least(fee, fee) AS c"
            " FROM patients, visits"
        ),
        "c",
    ),
    "CASE": (
        (
            "SELECT CASE WHEN id > 1 THEN 'a' ELSE 'b' END AS a, CASE WHEN id > 1 THEN 'a' END AS b,"
            " CASE WHEN born_on IS NULL THEN '2000-01-01' ELSE born_on END AS c,"
            " CASE WHEN born_on > '2000-01-01' THEN born_on ELSE '2000-01-01' END AS d FROM patients"
        ),
        "b",
    ),
    "scalar subqueries that always give a row": (
        (
            "SELECT (SELECT count(*) FROM visits) AS a, (SELECT max(id) FROM visits) AS b,"
            " (SELECT id FROM visits LIMIT 1) AS c, (SELECT 1) AS d"
        ),
        "b c",
    ),
    "JSON constructors": (
        (
            "SELECT json_build_object('a', fee) AS a, jsonb_build_array(fee, note) AS b,"
            " to_jsonb(fee) AS c, row_to_json(v) AS d FROM visits v"
        ),
        "c",
    ),
    "now and friends": (
        (
            "SELECT now(), current_date AS d, current_user AS u, localtimestamp AS l,"
            " gen_random_uuid() AS g, random() AS r, clock_timestamp() AS c"
        ),
        "",
    ),
    "operators and casts": (
        (
            "SELECT id + 1 AS a, name || '!' AS b, id::text AS c, born_on::text AS d,"
            " (id = ANY (ARRAY[1, 2])) AS e, id IN (1, 2) AS f, name::mood::text AS g"
            " FROM patients WHERE name IN ('sad', 'glad')"
        ),
        "d",
    ),
    "whole rows": (
        "SELECT p, v FROM patients p LEFT JOIN visits v ON v.patient_id = p.id",
        "v",
    ),
    "system columns": ("SELECT ctid, tableoid, xmin FROM patients", ""),
    "extract of fields that grow": (
        (
            "SELECT extract(epoch FROM at) AS a, extract(day FROM at) AS b,"
            " date_part('year', at) AS c FROM visits"
        ),
        "b",
    ),
    "FOR UPDATE, TABLESAMPLE": (
        "SELECT name, born_on FROM patients TABLESAMPLE SYSTEM (100) FOR UPDATE",
        "born_on",
    ),
    "functions in FROM": (
        "SELECT g, o FROM generate_series(1, 3) WITH ORDINALITY AS t(g, o)",
        "",
    ),
    "unnest of an array without NULLs": (
        "SELECT u FROM unnest(ARRAY[1, 2]) AS u",
        "",
    ),
    "unnest of one with": ("SELECT u FROM unnest(ARRAY[1, NULL]) AS u", "u"),
    "jsonb_each": (
        "SELECT key, value FROM jsonb_each('{\"a\": null}')",
        "",
    ),
    "a column definition list": (
        "SELECT a FROM jsonb_to_recordset('[{}]') AS t(a int)",
        "a",
    ),
    "a foreign key from a NOT NULL column always finds its row": (
        (
            "SELECT d.name, d.room, e.name AS other FROM patients p"
            " LEFT JOIN doctors d ON d.id = p.guardian_id"
            " LEFT JOIN doctors e ON e.id = p.doctor_id"
        ),
        "room other",
    ),
    "also from a column that WHERE lets not be NULL": (
        (
            "SELECT e.name FROM patients p LEFT JOIN doctors e ON e.id = p.doctor_id"
            " WHERE p.doctor_id IS NOT NULL"
        ),
        "",
    ),
    "LATERAL aggregates always give their row": (
        (
            "SELECT l.n, l.m FROM patients p LEFT JOIN LATERAL (SELECT count(*) AS n, max(fee) AS m"
            " FROM visits v WHERE v.patient_id = p.id) l ON true"
        ),
        "m",
    ),
    "COALESCE over a CHECK that one is set": (
        "SELECT coalesce(phone, mail) AS a, coalesce(phone, note) AS b FROM visits",
        "b",
    ),
    "INSERT RETURNING": (
        (
            "INSERT INTO visits (patient_id, fee, phone) VALUES (1, 3, 'x')"
            " RETURNING id, at, fee, note, phone"
        ),
        "note",
    ),
    "INSERT of several rows": (
        (
            "INSERT INTO visits (patient_id, fee, phone) VALUES (1, 3, 'x'), (2, NULL, 'y')"
            " RETURNING fee, phone"
        ),
        "fee",
    ),
    "ON CONFLICT DO UPDATE": (
        (
            "INSERT INTO doctors (id, name, room) VALUES (1, 'x', 5) ON CONFLICT (id)"
            " DO UPDATE SET room = excluded.room RETURNING id, room, boss"
        ),
        "boss",
    ),
    "UPDATE RETURNING": (
        (
            "UPDATE patients SET born_on = '2001-01-01' WHERE doctor_id = 1"
            " RETURNING id, born_on, doctor_id, data"
        ),
        "data",
    ),
    "DELETE RETURNING": (
        "DELETE FROM visits WHERE fee > 1 RETURNING fee, note",
        "note",
    ),
    "a statement in a CTE": (
        "WITH d AS (DELETE FROM visits WHERE fee > 1 RETURNING fee, note) SELECT * FROM d",
        "note",
    ),
}


@pytest.mark.parametrize(("sql", "nullable"), CASES.values(), ids=CASES)
def test_proved(check: Any, sql: str, nullable: str) -> None:
    check(sql, nullable)
