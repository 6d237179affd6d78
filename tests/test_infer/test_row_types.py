"""Whole rows of subqueries, CTEs and functions have typed fields."""

from collections.abc import Callable

import pytest

from sqlgen.model.catalog import ArrayType, CompositeType, PgType
from sqlgen.model.typed import TypedQuery

Typed = Callable[..., TypedQuery]

FUNCTION = """
    CREATE FUNCTION found() RETURNS TABLE (id int, mood mood) LANGUAGE sql
    AS 'SELECT 1, ''sad''::mood';
    CREATE TYPE pair AS (a int, b text);
    CREATE TABLE pairs (id int NOT NULL, pair pair);
    CREATE FUNCTION give() RETURNS pair LANGUAGE sql AS 'SELECT 1, ''x''';
"""


def shown(type_: PgType) -> str:
    if isinstance(type_, ArrayType):
        return f"[{shown(type_.element)}]"
    if not isinstance(type_, CompositeType) or type_.is_relation:
        return type_.display
    fields = [
        f"{field.name} {shown(field.type)}{'[?]' * field.element_nullable}{'' if field.not_null else '?'}"
        for field in type_.fields
    ]
    return f"({', '.join(fields)})"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "SELECT s FROM (SELECT id, born_on, size FROM patients) AS s",
            "(id integer, born_on date?, size size?)",
        ),
        (
            "SELECT s FROM (SELECT id FROM patients) AS s (key)",
            "(key integer)",
        ),
        (
            "WITH s AS (SELECT id, count(*) AS n FROM visits GROUP BY id) SELECT s FROM s",
            "(id integer, n bigint)",
        ),
        (
            "SELECT v FROM (VALUES (1, 'x'), (2, NULL)) AS v (a, b)",
            "(a integer, b text?)",
        ),
        ("SELECT f FROM found() AS f", "(id integer?, mood mood?)"),
        (
            "SELECT ARRAY(SELECT s FROM (SELECT id, note IS NULL AS bare FROM visits) AS s)",
            "[(id integer, bare boolean)]",
        ),
        (
            "SELECT coalesce(array_agg(s), '{}') FROM (SELECT id FROM visits) AS s",
            "[(id integer)]",
        ),
        (
            (
                "SELECT s FROM (SELECT p.id, ARRAY(SELECT v FROM (SELECT at FROM visits) AS v) AS ats"
                " FROM patients AS p) AS s"
            ),
            "(id integer, ats [(at timestamp with time zone)])",
        ),
        (
            (
                "SELECT s FROM patients AS p LEFT JOIN (SELECT patient_id, note FROM visits) AS s"
                " ON s.patient_id = p.id"
            ),
            "(patient_id integer, note text?)",
        ),
        (
            "SELECT s FROM (SELECT array_agg(note) AS notes FROM visits) AS s",
            "(notes [text][?]?)",
        ),
        (
            "SELECT ROW(ARRAY[1, NULL], ARRAY[[id]], tags) AS r FROM patients",
            "(f1 [integer][?], f2 [integer], f3 [text]?)",
        ),
        (
            "SELECT ROW(1, ROW(id, ROW(note))) AS r FROM visits",
            "(f1 integer, f2 (f1 integer, f2 (f1 text?)))",
        ),
        (
            "SELECT ((id, 2), note) AS r FROM visits",
            "(f1 (f1 integer, f2 integer), f2 text?)",
        ),
        (
            "SELECT ROW(p, p.*, 1) AS r FROM pairs AS p",
            "(f1 pairs, f2 integer, f3 (a integer?, b text?)?, f4 integer)",
        ),
        (
            "SELECT ROW(pair, ARRAY(SELECT p FROM pairs AS p)) AS r FROM pairs",
            "(f1 (a integer?, b text?)?, f2 [pairs])",
        ),
        (
            "SELECT ROW(coalesce(pair, other)) AS r FROM pairs, give() AS other",
            "(f1 (a integer?, b text?)?)",
        ),
        (
            "SELECT ROW(ARRAY(SELECT ROW(1)), ARRAY[ROW(2), NULL]) AS r",
            "(f1 [(f1 integer)], f2 [(f1 integer)][?])",
        ),
        (
            "SELECT CASE WHEN id > 1 THEN ROW(id, note) END AS r FROM visits",
            "(f1 integer, f2 text?)",
        ),
        (
            "SELECT CASE id WHEN 1 THEN ROW(id, note) ELSE ROW(NULL::int, 'x') END AS r FROM visits",
            "(f1 integer?, f2 text?)",
        ),
        (
            "SELECT ROW(id, 'x') AS r FROM visits UNION ALL SELECT ROW(NULL::int, 'x')",
            "(f1 integer?, f2 text)",
        ),
        (
            "WITH s AS (SELECT ROW(id) AS r FROM visits) SELECT s.r FROM s",
            "(f1 integer)",
        ),
        (
            "SELECT s FROM (SELECT ROW(id) AS r, 1 AS one FROM visits) AS s",
            "(r (f1 integer), one integer)",
        ),
        # Not known: rows of several types, those that are compared, and what is evaluated elsewhere
        (
            "SELECT CASE id WHEN 1 THEN ROW(id) ELSE ROW('x') END AS r FROM visits",
            "record",
        ),
        ("SELECT ROW(id) AS r FROM visits UNION SELECT ROW(1)", "record"),
        (
            "SELECT s.r FROM (SELECT ROW(id) AS r FROM visits) AS s WHERE s.r IS NOT NULL",
            "record",
        ),
        ("SELECT ROW(coalesce((array_agg(pair))[1])) AS r FROM pairs", "record"),
        (
            "WITH RECURSIVE s AS (SELECT ROW(1) AS r UNION ALL SELECT s.r FROM s WHERE false) SELECT s.r FROM s",
            "record",
        ),
        ("SELECT DISTINCT s FROM (SELECT id FROM visits) AS s", "record"),
        ("SELECT ROW((SELECT s FROM (SELECT 1 AS a) AS s)) AS r", "(f1 (a integer))"),
        ("SELECT DISTINCT ROW(id) AS r FROM visits", "record"),
        ("SELECT ROW(1, 'x') AS r", "(f1 integer, f2 text)"),
        ("SELECT (id, born_on) AS r FROM patients", "(f1 integer, f2 date?)"),
        (
            "SELECT ARRAY(SELECT ROW(v.note, count(*)) FROM visits AS v GROUP BY v.note) AS r",
            "[(f1 text?, f2 bigint)]",
        ),
        ("SELECT array_agg((id, note)) AS r FROM visits", "[(f1 integer, f2 text?)]"),
        (
            "SELECT ROW(id, max(at)) AS r FROM visits GROUP BY ROLLUP (id)",
            "(f1 integer?, f2 timestamp with time zone?)",
        ),
        (
            "SELECT ROW(v.id) AS r FROM patients AS p LEFT JOIN visits AS v ON v.patient_id = p.id",
            "(f1 integer?)",
        ),
        ("SELECT s.r FROM (SELECT ROW(id) AS r FROM visits) AS s", "(f1 integer)"),
    ],
)
def test_rows_have_fields(typed: Typed, statement: str, expected: str) -> None:
    query = typed(statement, FUNCTION)
    [column] = query.columns
    assert shown(column.type) == expected
    assert column.written_out == (expected != "record")
    assert bool(query.stars) == (expected != "record")
