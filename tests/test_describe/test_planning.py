"""What only the planner refuses is refused here as well, and nothing is executed for it."""

from collections.abc import Callable, Sequence

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen.model.description import Description
from sqlgen.model.diagnostic import Diagnostic

Described = Callable[[Sequence[str]], tuple[Description | Diagnostic, ...]]
Connection = psycopg.Connection[TupleRow]

SCHEMA = """
CREATE TABLE t (id int PRIMARY KEY, a int, b text, c text, d daterange, x xid, m money, EXCLUDE USING gist (d WITH &&));
CREATE UNIQUE INDEX t_b ON t (b);
CREATE UNIQUE INDEX t_c ON t (lower(c)) WHERE a > 0;
CREATE TABLE u (id int, r int4range);
CREATE SEQUENCE s;
CREATE MATERIALIZED VIEW mv AS SELECT * FROM t;
CREATE VIEW v AS SELECT id, b FROM t;
CREATE VIEW both_tables AS SELECT id FROM t UNION SELECT id FROM u;
CREATE FUNCTION setting() RETURNS int STABLE LANGUAGE plpgsql
    AS $$ BEGIN RETURN current_setting('app.missing')::int; END $$;
CREATE FUNCTION counted() RETURNS int LANGUAGE sql AS $$ SELECT nextval('s')::int $$;
"""

REFUSED = [
    ("INSERT INTO t (id, a) VALUES ($1, $2) ON CONFLICT (a) DO NOTHING", "42P10"),
    ("INSERT INTO t (id) VALUES (1) ON CONFLICT (id, a) DO UPDATE SET a = 1", "42P10"),
    ("INSERT INTO t (id, c) VALUES (1, '') ON CONFLICT (lower(c)) DO NOTHING", "42P10"),
    (
        "INSERT INTO t (id, c) VALUES (1, '') ON CONFLICT (c) WHERE a > 0 DO NOTHING",
        "42P10",
    ),
    ("INSERT INTO u (id) VALUES ($1) ON CONFLICT (id) DO NOTHING RETURNING *", "42P10"),
    ("INSERT INTO v (id, b) VALUES (1, '') ON CONFLICT (id, b) DO NOTHING", "42P10"),
    (
        "INSERT INTO t (id, d) VALUES (1, NULL) ON CONFLICT ON CONSTRAINT t_d_excl DO UPDATE SET a = 1",
        "42809",
    ),
    (
        "WITH i AS (INSERT INTO u (id) VALUES (1) ON CONFLICT (id) DO NOTHING RETURNING id) SELECT * FROM i",
        "42P10",
    ),
    ("SELECT * FROM t FULL JOIN u ON t.id < u.id", "0A000"),
    ("SELECT * FROM t FULL JOIN u ON t.id = $1", "0A000"),
    ("SELECT (SELECT count(*) FROM t FULL JOIN u ON r @> t.id) AS n", "0A000"),
    ("SELECT t.id FROM t LEFT JOIN u ON u.id = t.id FOR UPDATE", "0A000"),
    ("SELECT t.id FROM t LEFT JOIN u ON u.id = t.id FOR SHARE OF u", "0A000"),
    (
        "SELECT * FROM (SELECT id FROM t UNION SELECT id FROM u) AS x FOR UPDATE",
        "0A000",
    ),
    ("SELECT last_value FROM s FOR UPDATE", "42809"),
    ("SELECT id FROM mv FOR UPDATE", "42809"),
    ("INSERT INTO mv (id) VALUES (1)", "42809"),
    ("UPDATE mv SET a = 1", "42809"),
    ("DELETE FROM mv", "42809"),
    (
        "WITH RECURSIVE r AS (SELECT m FROM t UNION SELECT m FROM r) SELECT * FROM r",
        "0A000",
    ),
    ("SELECT m, x FROM t GROUP BY GROUPING SETS ((m), (x, m))", "0A000"),
    ("SELECT rank() OVER (PARTITION BY x) FROM t", "0A000"),
]

ACCEPTED = [
    "INSERT INTO t (id, a) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET a = excluded.a",
    "INSERT INTO t (id, b) VALUES ($1, $2) ON CONFLICT DO NOTHING -- any",
    "INSERT INTO t (id, b) VALUES (1, $1) ON CONFLICT (b) WHERE true DO NOTHING",
    "INSERT INTO t (id, c) VALUES (1, '') ON CONFLICT (lower(c)) WHERE a > 0 DO NOTHING",
    "INSERT INTO t (id) SELECT counted() ON CONFLICT (id) DO NOTHING",
    "SELECT * FROM t FULL JOIN u USING (id)",
    "SELECT * FROM t FULL JOIN u ON t.id = u.id AND t.a < $1::int",
    "SELECT * FROM t FULL JOIN u ON true",
    "SELECT * FROM t FULL JOIN u ON t.id = u.id WHERE t.a = setting()",
    "SELECT t.id FROM t LEFT JOIN u ON u.id = t.id WHERE t.b = $1 FOR UPDATE OF t",
    "SELECT id FROM v FOR UPDATE SKIP LOCKED",
    "SELECT id FROM both_tables FOR UPDATE",
    "SELECT DISTINCT x FROM t",
    "SELECT m FROM t UNION SELECT m FROM t",
    "SELECT counted() FROM t WHERE id = $1 FOR UPDATE",
]


def test_refused_as_when_it_runs(connection: Connection, described: Described) -> None:
    connection.execute(SCHEMA)
    cursor = psycopg.RawCursor(connection)
    errors = described([statement for statement, _ in REFUSED])
    for (statement, code), error in zip(REFUSED, errors, strict=True):
        assert isinstance(error, Diagnostic), statement
        assert error.code == code, statement
        values = [1 for name in ("$1", "$2") if name in statement]
        with pytest.raises(psycopg.Error) as refusal:
            cursor.execute(statement.encode(), values)
        assert refusal.value.sqlstate == code
        assert refusal.value.diag.message_primary == error.message


def test_accepted_and_not_executed(
    connection: Connection, described: Described
) -> None:
    connection.execute(SCHEMA)
    for outcome in described(ACCEPTED):
        assert isinstance(outcome, Description), outcome
    assert connection.execute("SELECT is_called FROM s").fetchone() == (False,)
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
    assert (
        connection.execute("SELECT name FROM pg_prepared_statements").fetchall() == []
    )
    setting = connection.execute("SHOW plan_cache_mode").fetchone()
    assert setting == ("auto",)


def test_a_dropped_index_is_noticed(
    connection: Connection, described: Described
) -> None:
    connection.execute(SCHEMA)
    upsert = "INSERT INTO t (id, b) VALUES ($1, $2) ON CONFLICT (b) DO NOTHING"
    [before] = described([upsert])
    connection.execute("DROP INDEX t_b")
    [after] = described([upsert])
    assert isinstance(before, Description)
    assert isinstance(after, Diagnostic)
    assert "add a unique constraint" in after.hint


def test_others_are_described_beside_those_that_are_refused(
    connection: Connection, described: Described
) -> None:
    connection.execute(SCHEMA)
    statements = [
        s for pair in zip(ACCEPTED, [r for r, _ in REFUSED], strict=False) for s in pair
    ]
    outcomes = described(statements)
    kinds = [isinstance(outcome, Description) for outcome in outcomes]
    assert kinds == [True, False] * len(ACCEPTED)
