"""Stars become the columns that they stand for, and run to the same result."""

from collections.abc import Callable, Sequence

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen.model.typed import TypedQuery

Typed = Callable[..., TypedQuery]
TypedAll = Callable[[Sequence[str]], list[TypedQuery]]


def expanded(query: TypedQuery) -> str:
    text = query.query.sql.text
    for star in reversed(query.stars):
        text = text[: star.start] + ", ".join(star.columns) + text[star.end :]
    return text


VISIT = 'id, patient_id, at, note, "Odd name"'


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT * FROM visits", f"SELECT {VISIT} FROM visits"),
        ("SELECT 'ü', * FROM visits", f"SELECT 'ü', {VISIT} FROM visits"),
        (
            "SELECT visits.* FROM visits",
            'SELECT visits.id, visits.patient_id, visits.at, visits.note, visits."Odd name" FROM visits',
        ),
        (
            "SELECT public.inpatients.* FROM inpatients",
            "SELECT public.inpatients.id, public.inpatients.number, public.inpatients.status FROM inpatients",
        ),
        (
            "SELECT i . /* all */ * FROM inpatients i",
            "SELECT i . /* all */ id, i . /* all */ number, i . /* all */ status FROM inpatients i",
        ),
        (
            'SELECT "a b".*, i.id FROM inpatients AS "a b", inpatients i',
            'SELECT "a b".id, "a b".number, "a b".status, i.id FROM inpatients AS "a b", inpatients i',
        ),
        (
            "SELECT * FROM inpatients i JOIN (SELECT 1 AS x, 2 AS user) s ON s.x = i.id",
            (
                'SELECT i.id, i.number, i.status, s.x, s."user" FROM inpatients i'
                " JOIN (SELECT 1 AS x, 2 AS user) s ON s.x = i.id"
            ),
        ),
        (
            "SELECT * FROM (SELECT 1 AS k, 2 AS a) l JOIN (SELECT 1 AS k, 3 AS b) r USING (k)",
            (
                "SELECT l.k, l.a, r.b FROM (SELECT 1 AS k, 2 AS a) l"
                " JOIN (SELECT 1 AS k, 3 AS b) r USING (k)"
            ),
        ),
        (
            "SELECT * FROM (SELECT 1 AS k) l FULL JOIN (SELECT 2 AS k) r USING (k)",
            "SELECT k FROM (SELECT 1 AS k) l FULL JOIN (SELECT 2 AS k) r USING (k)",
        ),
        (
            "SELECT * FROM ((SELECT 1 AS a) l CROSS JOIN (SELECT 2 AS b) r) AS j",
            "SELECT j.a, j.b FROM ((SELECT 1 AS a) l CROSS JOIN (SELECT 2 AS b) r) AS j",
        ),
        (
            "SELECT * FROM inpatients AS i (a, b)",
            "SELECT a, b, status FROM inpatients AS i (a, b)",
        ),
        (
            "SELECT * FROM generate_series(1, 2)",
            "SELECT generate_series FROM generate_series(1, 2)",
        ),
        (
            "SELECT * FROM inpatients UNION SELECT * FROM inpatients",
            "SELECT id, number, status FROM inpatients UNION SELECT id, number, status FROM inpatients",
        ),
        (
            "WITH i AS (SELECT * FROM inpatients) SELECT * FROM i",
            "WITH i AS (SELECT id, number, status FROM inpatients) SELECT id, number, status FROM i",
        ),
        (
            "SELECT s.* FROM (SELECT * FROM inpatients) AS s",
            "SELECT s.id, s.number, s.status FROM (SELECT id, number, status FROM inpatients) AS s",
        ),
        (
            "INSERT INTO visits SELECT * FROM visits WHERE false RETURNING *",
            f"INSERT INTO visits SELECT {VISIT} FROM visits WHERE false RETURNING {VISIT}",
        ),
        (
            "UPDATE inpatients AS i SET status = 'in' FROM (SELECT 1 AS x) s RETURNING *",
            (
                "UPDATE inpatients AS i SET status = 'in' FROM (SELECT 1 AS x) s"
                " RETURNING i.id, i.number, i.status, s.x"
            ),
        ),
        (
            "DELETE FROM inpatients RETURNING *",
            "DELETE FROM inpatients RETURNING id, number, status",
        ),
        (
            "SELECT * FROM inpatients GROUP BY id, number, status",
            "SELECT id, number, status FROM inpatients GROUP BY id, number, status",
        ),
        (
            "SELECT * FROM patients GROUP BY id",
            "SELECT id, mrn, name, born_on, status, size, tags FROM patients GROUP BY id",
        ),
        # The fields of a value
        (
            "SELECT (i).* FROM inpatients i",
            "SELECT (i).id, (i).number, (i).status FROM inpatients i",
        ),
        (
            "SELECT 1 AS x, ((SELECT i FROM inpatients i)) . /* all */ *",
            (
                "SELECT 1 AS x, ((SELECT i FROM inpatients i)) . /* all */ id,"
                " ((SELECT i FROM inpatients i)) . /* all */ number,"
                " ((SELECT i FROM inpatients i)) . /* all */ status"
            ),
        ),
        # A subquery has relations of its own
        (
            "SELECT * FROM inpatients WHERE id IN (SELECT v.id FROM visits v, patients p)",
            (
                "SELECT id, number, status FROM inpatients"
                " WHERE id IN (SELECT v.id FROM visits v, patients p)"
            ),
        ),
        # Left alone
        ("SELECT count(*) FROM visits", "SELECT count(*) FROM visits"),
        ("SELECT 2 * id AS x FROM visits", "SELECT 2 * id AS x FROM visits"),
        ("SELECT id * id AS x FROM visits", "SELECT id * id AS x FROM visits"),
        (
            "SELECT row_to_json(p.*) FROM patients p",
            (
                'SELECT row_to_json((SELECT "whole row" FROM (SELECT p.id, p.mrn, p.name, p.born_on,'
                ' p.status, p.size, p.tags) AS "whole row")) FROM patients p'
            ),
        ),
        (
            "SELECT 1 AS x WHERE EXISTS (SELECT * FROM visits)",
            "SELECT 1 AS x WHERE EXISTS (SELECT * FROM visits)",
        ),
    ],
)
def test_expanded(
    typed: Typed,
    connection: psycopg.Connection[TupleRow],
    statement: str,
    expected: str,
) -> None:
    query = typed(statement, command="exec")
    assert expanded(query) == expected
    assert _names(connection, expected) == _names(connection, statement)


# Queries within an expression, with more relations than the query around them
WITHIN = [
    "id IN (SELECT v.patient_id FROM visits v JOIN patients p ON p.id = v.patient_id)",
    "id NOT IN (SELECT v.patient_id FROM visits v, patients p, inpatients i)",
    "EXISTS (SELECT * FROM visits v JOIN patients p USING (id) JOIN visitors USING (id))",
    "id = (SELECT max(v.id) FROM visits v NATURAL JOIN patients p NATURAL JOIN visitors)",
    "id = ANY (ARRAY(SELECT v.id FROM visits v LEFT JOIN patients p ON p.id = v.id))",
    "(id, 1) IN (SELECT j.key, 1 FROM (visits a CROSS JOIN patients b) AS j (key), visits v)",
    "id IN (WITH c AS (SELECT * FROM visits) SELECT c.id FROM c, LATERAL (SELECT c.id) l, visits)",
    "id IN (SELECT id FROM visits UNION SELECT p.id FROM patients p, visits v, visitors s)",
    "id IN (SELECT v.id FROM visits v, patients WHERE v.id IN (SELECT a.id FROM visits a, visits b))",
    "CASE WHEN id IN (SELECT v.id FROM visits v, patients p) THEN true ELSE id = 1 END",
    "id IN (SELECT patients.id GROUP BY patients.id)",
    "id IN (SELECT patients.id FROM visits v, visits w GROUP BY patients.id, v.id)",
]
AROUND = [
    "SELECT * FROM patients WHERE {}",
    "SELECT patients.* FROM patients WHERE {}",
    "SELECT * FROM patients GROUP BY id HAVING {}",
    "SELECT *, {} AS within FROM patients",
    "SELECT * FROM patients ORDER BY {}",
    "SELECT * FROM (SELECT * FROM patients WHERE {}) AS s",
    "WITH s AS (SELECT * FROM patients WHERE {}) SELECT * FROM s",
    "SELECT * FROM patients WHERE {} UNION ALL SELECT * FROM patients",
    "SELECT * FROM patients JOIN (SELECT 1 AS one) AS o ON {}",
    "UPDATE patients SET name = 'x' WHERE {} RETURNING *",
    "UPDATE patients SET name = CASE WHEN {} THEN 'x' ELSE name END RETURNING *",
    "UPDATE patients SET name = 'x' FROM (SELECT 1 AS one) AS o WHERE {} RETURNING *",
    "DELETE FROM patients WHERE {} RETURNING *",
    "DELETE FROM patients USING (SELECT 1 AS one) AS o WHERE {} RETURNING *",
    "INSERT INTO patients SELECT * FROM patients WHERE {} RETURNING *",
    "WITH d AS (DELETE FROM patients WHERE {} RETURNING *) SELECT * FROM d",
]


def test_relations_of_queries_within_have_no_part_in_a_star(
    typed_all: TypedAll, connection: psycopg.Connection[TupleRow]
) -> None:
    pairs = [(around, within) for around in AROUND for within in ("id = 1", *WITHIN)]
    head = tail = ""
    queries = typed_all([around.format(within) for around, within in pairs])
    for (around, within), query in zip(pairs, queries, strict=True):
        statement, text = query.query.sql.text, expanded(query)
        if within == "id = 1":
            head, tail = text.split(within)
            assert len(query.stars) == around.count("*")
        else:
            assert text.startswith(head)
            assert text.endswith(tail)
        assert _names(connection, text) == _names(connection, statement)


def test_columns_of_one_name_in_a_subquery_cannot_be_told_apart(typed: Typed) -> None:
    statement = "SELECT * FROM (SELECT 1 AS a, 2 AS a) s"
    assert typed(statement, command="exec").stars == ()


def test_tables_of_one_name_cannot_be_told_apart(typed: Typed) -> None:
    changes = ("CREATE SCHEMA other", "CREATE TABLE other.visits (x int)")
    statement = "SELECT * FROM visits, other.visits"
    assert typed(statement, *changes, command="exec").stars == ()


def _names(connection: psycopg.Connection[TupleRow], statement: str) -> list[object]:
    with connection.transaction(force_rollback=True):
        description = connection.execute(statement.encode()).description
    assert description is not None
    return [(column.name, column.type_code) for column in description]
