"""How many rows a query can give, by keys, limits and aggregates."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen.model.commands import Cardinality
from sqlgen.model.typed import TypedQuery

Typed = Callable[..., TypedQuery]

ONE, OPTIONAL, MANY = (
    Cardinality.EXACTLY_ONE,
    Cardinality.AT_MOST_ONE,
    Cardinality.MANY,
)
INSERT = "INSERT INTO visits (id, patient_id, at) "


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1", ONE),
        ("SELECT 1 WHERE $1", OPTIONAL),
        ("VALUES (1)", ONE),
        ("VALUES (1), (2)", MANY),
        ("SELECT generate_series(1, 3)", MANY),
        ("SELECT * FROM generate_series(1, 3)", MANY),
        ("SELECT x FROM lower($1) AS x", ONE),
        ("SELECT id FROM patients", MANY),
        # Keys
        ("SELECT name FROM patients WHERE id = $1", OPTIONAL),
        ("SELECT name FROM patients WHERE $1 = id", OPTIONAL),
        ("SELECT name FROM patients WHERE id = 1 AND name = $1", OPTIONAL),
        ("SELECT name FROM patients WHERE id = 1 OR name = $1", MANY),
        ("SELECT name FROM patients WHERE id = ANY ($1)", MANY),
        ("SELECT name FROM patients WHERE id > $1", MANY),
        ("SELECT name FROM patients WHERE id + 0 = $1", MANY),
        ("SELECT name FROM patients WHERE id = id", MANY),
        ("SELECT name FROM patients WHERE id = floor(random() * 9)::int", MANY),
        ("SELECT name FROM patients WHERE mrn = $1", OPTIONAL),
        ("SELECT name FROM patients WHERE name = $1", MANY),
        ("SELECT note FROM visits WHERE patient_id = $1", MANY),
        ("SELECT note FROM visits WHERE patient_id = $1 AND at = $2", OPTIONAL),
        ("SELECT name FROM patients WHERE id = (SELECT max(id) FROM visits)", OPTIONAL),
        (
            "SELECT name FROM patients WHERE id = (SELECT id FROM visits ORDER BY random() LIMIT 1)",
            OPTIONAL,
        ),
        (
            "SELECT name FROM patients p WHERE id = (SELECT max(id) FROM visits v WHERE v.id = p.id)",
            MANY,
        ),
        (
            "SELECT name FROM patients p WHERE id IN (SELECT id FROM visits)",
            MANY,
        ),
        # Joins
        (
            "SELECT 1 AS x FROM visits v JOIN patients p ON p.id = v.patient_id WHERE v.id = $1",
            OPTIONAL,
        ),
        (
            "SELECT 1 AS x FROM visits v JOIN patients p ON p.id = v.patient_id WHERE p.id = $1",
            MANY,
        ),
        (
            "SELECT 1 AS x FROM visits v LEFT JOIN patients p ON p.id = v.patient_id WHERE v.id = $1",
            OPTIONAL,
        ),
        (
            "SELECT 1 AS x FROM patients p LEFT JOIN visits v ON p.id = $1 AND v.id = $2",
            MANY,
        ),
        (
            "SELECT 1 AS x FROM patients p RIGHT JOIN visits v ON p.id = v.patient_id WHERE v.id = $1",
            OPTIONAL,
        ),
        (
            "SELECT 1 AS x FROM (SELECT 1 AS a) l FULL JOIN (SELECT 2 AS a) r ON l.a = r.a",
            MANY,
        ),
        ("SELECT 1 AS x FROM patients JOIN visits USING (id) WHERE id = $1", OPTIONAL),
        ("SELECT 1 AS x FROM patients, visits WHERE patients.id = $1", MANY),
        # Limits
        ("SELECT id FROM patients LIMIT 1", OPTIONAL),
        ("SELECT id FROM patients LIMIT 2", MANY),
        ("SELECT id FROM patients LIMIT $1", MANY),
        ("SELECT id FROM patients LIMIT NULL", MANY),
        ("SELECT id FROM patients ORDER BY id FETCH FIRST 1 ROW WITH TIES", MANY),
        ("SELECT count(*) FROM patients LIMIT 1", ONE),
        ("SELECT count(*) FROM patients LIMIT 0", OPTIONAL),
        ("SELECT count(*) FROM patients OFFSET 1", OPTIONAL),
        # Aggregates and groups
        ("SELECT count(*) FROM patients WHERE id > $1", ONE),
        ("SELECT count(*) FROM patients HAVING count(*) > 1", OPTIONAL),
        ("SELECT 1 AS x FROM patients HAVING true", OPTIONAL),
        ("SELECT status, count(*) FROM patients GROUP BY status", MANY),
        ("SELECT id, count(*) FROM patients WHERE id = $1 GROUP BY id", OPTIONAL),
        ("SELECT count(*) FROM patients GROUP BY ()", MANY),
        (
            (
                "SELECT p.id, count(v.id) FROM patients p LEFT JOIN visits v ON v.patient_id = p.id"
                " WHERE p.id = $1 GROUP BY p.id"
            ),
            OPTIONAL,
        ),
        (
            (
                "SELECT p.id, count(v.id) FROM visits v LEFT JOIN patients p ON p.id = 1 AND v.id > 3"
                " GROUP BY p.id"
            ),
            MANY,
        ),
        ("SELECT count(*), generate_series(1, 2) AS g FROM patients", MANY),
        # Set operations
        ("SELECT 1 AS x UNION SELECT 2", MANY),
        ("SELECT 1 AS x INTERSECT SELECT id FROM patients", OPTIONAL),
        ("SELECT 1 AS x EXCEPT SELECT id FROM patients", OPTIONAL),
        ("SELECT id FROM patients EXCEPT SELECT 1", MANY),
        ("(SELECT id FROM patients UNION SELECT 1) LIMIT 1", ONE),
        # Through subqueries, CTEs and views
        ("SELECT number FROM inpatients WHERE id = $1", OPTIONAL),
        ("SELECT number FROM inpatients WHERE status = $1", MANY),
        ("SELECT mrn FROM visitors WHERE visit = $1", OPTIONAL),
        ("SELECT mrn FROM visitors WHERE id = $1", MANY),
        ("SELECT * FROM (SELECT count(*) FROM patients) AS c", ONE),
        ("WITH c AS (SELECT count(*) AS n FROM patients) SELECT n FROM c", ONE),
        (
            (
                "SELECT n FROM (SELECT status, count(*) AS n FROM patients GROUP BY status) g"
                " WHERE status = $1"
            ),
            OPTIONAL,
        ),
        # What a column of GROUP BY decides need not be compared, nor be there
        (
            (
                "SELECT n FROM (SELECT v.id, count(*) AS n FROM visits v JOIN patients p ON p.id = v.patient_id GROUP BY v.id, p.name) g"
                " WHERE id = $1"
            ),
            OPTIONAL,
        ),
        (
            (
                "SELECT n FROM (SELECT v.id, count(*) AS n FROM visits v LEFT JOIN patients p ON p.id = v.patient_id GROUP BY v.id, p.name) g"
                " WHERE id = $1"
            ),
            OPTIONAL,
        ),
        (
            (
                "SELECT n FROM (SELECT v.id, count(*) AS n FROM visits v LEFT JOIN patients p ON p.id = v.patient_id AND v.note > 'a' GROUP BY v.id, p.name) g"
                " WHERE id = $1"
            ),
            OPTIONAL,
        ),
        (
            (
                "SELECT n FROM (SELECT v.id, p.id AS p, 1 AS n FROM visits v JOIN patients p ON p.id = v.patient_id GROUP BY v.id, p.id) g"
                " WHERE p = $1"
            ),
            MANY,
        ),
        (
            (
                "SELECT n FROM (SELECT p.id, 1 AS n FROM visits v JOIN patients p ON p.id = v.patient_id GROUP BY p.id, v.note) g"
                " WHERE id = $1"
            ),
            MANY,
        ),
        (
            (
                "SELECT n FROM (SELECT p.id, 1 AS n FROM visits v RIGHT JOIN patients p ON p.id = v.patient_id GROUP BY p.id, v.patient_id) g"
                " WHERE id = $1"
            ),
            OPTIONAL,
        ),
        (
            (
                "SELECT n FROM (SELECT v.id, 1 AS n FROM visits v FULL JOIN patients p ON p.id = v.patient_id GROUP BY v.id, p.name) g"
                " WHERE id = $1"
            ),
            MANY,
        ),
        (
            (
                "SELECT n FROM (SELECT v.patient_id, 1 AS n FROM visits v GROUP BY v.patient_id, v.at) g"
                " WHERE patient_id = $1"
            ),
            MANY,
        ),
        (
            (
                "SELECT n FROM (SELECT p.mrn, count(*) AS n FROM patients p GROUP BY p.mrn, p.name, p.status) g"
                " WHERE mrn = $1"
            ),
            OPTIONAL,
        ),
        (
            (
                "SELECT n FROM (SELECT p.mrn, 1 AS n FROM patients p GROUP BY p.mrn, random()) g"
                " WHERE mrn = $1"
            ),
            MANY,
        ),
        (
            (
                "SELECT n FROM (SELECT DISTINCT ON (p.id, p.name) p.id, 1 AS n FROM patients p) g"
                " WHERE id = $1"
            ),
            OPTIONAL,
        ),
        (
            (
                "SELECT n FROM (SELECT p.id, 1 AS n FROM patients p GROUP BY GROUPING SETS ((p.id, p.name), (p.id))) g"
                " WHERE id = $1"
            ),
            MANY,
        ),
        (
            "SELECT x FROM (SELECT DISTINCT note AS x FROM visits) d WHERE x = $1",
            OPTIONAL,
        ),
        (
            (
                "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5)"
                " SELECT n FROM r WHERE n = $1"
            ),
            MANY,
        ),
        # What changes data
        (INSERT + "VALUES ($1, $2, $3) RETURNING id", ONE),
        (INSERT + "VALUES ($1, $2, $3), ($4, $5, $6) RETURNING id", MANY),
        (INSERT + "VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id", OPTIONAL),
        (
            INSERT
            + "VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET at = $3 RETURNING id",
            ONE,
        ),
        (
            INSERT + "VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET at = $3"
            " WHERE visits.note IS NULL RETURNING id",
            OPTIONAL,
        ),
        (INSERT + "SELECT 1, id, now() FROM patients RETURNING id", MANY),
        (
            INSERT + "SELECT 1, id, now() FROM patients WHERE id = $1 RETURNING id",
            OPTIONAL,
        ),
        ("UPDATE visits SET note = $1 WHERE id = $2 RETURNING id", OPTIONAL),
        ("UPDATE visits SET note = $1 WHERE note = $2 RETURNING id", MANY),
        (
            "UPDATE visits SET note = $1 FROM patients p WHERE visits.id = $2 RETURNING p.id",
            OPTIONAL,
        ),
        ("DELETE FROM visits WHERE id = $1 RETURNING id", OPTIONAL),
        ("DELETE FROM visits RETURNING id", MANY),
        ("UPDATE inpatients SET status = 'out' WHERE id = $1 RETURNING id", OPTIONAL),
        (
            "WITH d AS (DELETE FROM visits WHERE id = $1 RETURNING id) SELECT id FROM d",
            OPTIONAL,
        ),
    ],
)
def test_cardinality(
    typed: Typed,
    connection: psycopg.Connection[TupleRow],
    statement: str,
    expected: Cardinality,
) -> None:
    query = typed(statement)
    assert query.cardinality is expected
    connection.execute(DATA)
    allowed = {ONE: {1}, OPTIONAL: {0, 1}, MANY: set(range(1000))}[expected]
    assert {len(rows) for rows in _runs(connection, query)} <= allowed


DATA = """
INSERT INTO patients (id, mrn, name, status)
    SELECT i, 'm' || i, 'name', CASE WHEN i % 2 = 0 THEN 'in' ELSE 'out' END
    FROM generate_series(1, 4) i;
INSERT INTO visits (id, patient_id, at, note)
    SELECT i, i % 3 + 1, timestamptz '2026-01-01' + i * interval '1 day', 'note'
    FROM generate_series(1, 9) i;
"""


def _runs(
    connection: psycopg.Connection[TupleRow], query: TypedQuery
) -> Iterator[list[TupleRow]]:
    """Yield the rows that the query gives, for values that exist and for others."""
    for number in (1, 2, 3, 99):
        values: dict[str, object] = {
            "integer": number,
            "bigint": number,
            "integer[]": [1, 2, 3],
            "boolean": number % 2 == 0,
            "text": ("in", "m2", "note", "else")[number % 4],
            "character varying": "name",
            "timestamp with time zone": datetime(2026, 1, number % 28 + 1, tzinfo=UTC),
        }
        arguments = [values[parameter.type.display] for parameter in query.parameters]
        cursor = psycopg.RawCursor(connection)
        try:
            with connection.transaction(force_rollback=True):
                yield cursor.execute(
                    query.query.sql.text.encode(), arguments
                ).fetchall()
        except psycopg.errors.IntegrityError:
            continue  # the row exists already, or the row that it refers to does not


def test_a_statement_without_columns_gives_none(typed: Typed) -> None:
    query = typed("DELETE FROM visits", command="execrows")
    assert query.cardinality is Cardinality.NONE


def test_a_trigger_may_skip_a_row(typed: Typed) -> None:
    query = typed(
        INSERT + "VALUES ($1, $2, $3) RETURNING id",
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER t BEFORE INSERT ON visits FOR EACH ROW EXECUTE FUNCTION f()",
    )
    assert query.cardinality is OPTIONAL


def test_a_key_says_nothing_of_inheriting_tables(typed: Typed) -> None:
    change = "CREATE TABLE more () INHERITS (visits)"
    query = typed("SELECT note FROM visits WHERE id = $1", change)
    assert query.cardinality is MANY
    query = typed("SELECT note FROM ONLY visits WHERE id = $1")
    assert query.cardinality is OPTIONAL


def test_an_equality_of_another_collation_is_not_the_keys(typed: Typed) -> None:
    query = typed(
        'SELECT name FROM patients WHERE mrn = $1 COLLATE "C"',
    )
    assert query.cardinality is MANY


@pytest.mark.parametrize(
    ("command", "statement", "message", "hint"),
    [
        (
            "one",
            "SELECT id FROM patients WHERE name = $1",
            "`q` is `:one`, but may give more than one row",
            (
                "compare the unique key `id` or `mrn` of `patients` with `=`; else add `LIMIT 1`,"
                " or make it `:many`"
            ),
        ),
        (
            "optional",
            "UPDATE visits SET note = $1 WHERE patient_id = $2 RETURNING id",
            "`q` is `:optional`, but may give more than one row",
            (
                "compare the unique key `id` or `(patient_id, at)` of `visits` with `=`;"
                " else make it `:many`"
            ),
        ),
        (
            "optional",
            "SELECT count(*) FROM visits",
            "`q` is `:optional`, but always gives exactly one row",
            "make it `:one`",
        ),
    ],
)
def test_a_command_that_does_not_fit(
    typed: Typed, command: str, statement: str, message: str, hint: str
) -> None:
    [warning] = typed(statement, command=command).warnings
    assert (warning.message, warning.hint) == (message, hint)
    assert warning.label is not None
    assert warning.label.span.text == "q"


@pytest.mark.parametrize(
    ("command", "statement"),
    [
        ("one", "SELECT id FROM patients WHERE id = $1"),
        ("one", "SELECT count(*) FROM patients"),
        ("optional", "SELECT id FROM patients WHERE id = $1"),
        ("many", "SELECT count(*) FROM patients"),
    ],
)
def test_a_command_that_fits(typed: Typed, command: str, statement: str) -> None:
    assert typed(statement, command=command).warnings == ()
