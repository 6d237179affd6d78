"""An INSERT is refused if, and only if, it can store no row for want of a column."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.typed import TypedQuery

Typed = Callable[..., TypedQuery]

SCHEMA = """
CREATE DOMAIN code AS text NOT NULL;
CREATE DOMAIN state AS text DEFAULT 'new';
CREATE TYPE reason AS ENUM ('a', 'b');
CREATE TABLE t (
    id int GENERATED ALWAYS AS IDENTITY,
    a int NOT NULL,
    "B b" reason NOT NULL,
    c int NOT NULL DEFAULT 1,
    d int GENERATED ALWAYS AS (a + 1) STORED NOT NULL,
    e state NOT NULL,
    f serial,
    g int
);
CREATE TABLE coded (id int, code code);
CREATE TABLE keyed (id int PRIMARY KEY, a int);
CREATE TABLE filled (id int, a int NOT NULL);
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.a := 1; RETURN NEW; END';
CREATE TRIGGER fill BEFORE INSERT ON filled FOR EACH ROW EXECUTE FUNCTION fill();
CREATE TABLE checked (id int, a int NOT NULL);
CREATE TRIGGER later AFTER INSERT ON checked FOR EACH ROW EXECUTE FUNCTION fill();
CREATE TABLE parted (id int NOT NULL, a int NOT NULL) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF parted DEFAULT;
CREATE TABLE parted_filled (id int NOT NULL, a int NOT NULL) PARTITION BY LIST (id);
CREATE TABLE part_filled PARTITION OF parted_filled DEFAULT;
CREATE TRIGGER fill BEFORE INSERT ON part_filled FOR EACH ROW EXECUTE FUNCTION fill();
CREATE TABLE ruled (id int, a int NOT NULL);
CREATE RULE nothing AS ON INSERT TO ruled DO INSTEAD NOTHING;
CREATE VIEW v AS SELECT id, a FROM filled;
CREATE VIEW keys AS SELECT a AS b, id AS key FROM keyed;
CREATE VIEW keys_again AS SELECT key AS k, b FROM keys;
CREATE VIEW partial AS SELECT a FROM keyed;
CREATE VIEW with_default AS SELECT * FROM keyed;
ALTER VIEW with_default ALTER id SET DEFAULT 10 + (random() * 1000000)::int;
CREATE VIEW over_default AS SELECT a FROM with_default;
CREATE VIEW instead AS SELECT a FROM keyed;
CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER put INSTEAD OF INSERT ON instead FOR EACH ROW EXECUTE FUNCTION put();
CREATE VIEW over_instead AS SELECT a FROM instead;
CREATE VIEW ruled_view AS SELECT a FROM keyed;
CREATE RULE nothing AS ON INSERT TO ruled_view DO INSTEAD NOTHING;
"""

REFUSED = {
    "INSERT INTO t (a) VALUES (1)": "`B b` (reason)",
    "INSERT INTO t (g) VALUES (1)": "`a` (integer), `B b` (reason)",
    "INSERT INTO t DEFAULT VALUES": "`a` (integer), `B b` (reason)",
    "INSERT INTO public.t AS x (a) SELECT 1 RETURNING *": "`B b` (reason)",
    """INSERT INTO t (a, "B b") VALUES (DEFAULT, 'a')""": "`a` (integer)",
    """INSERT INTO t (a, "B b") VALUES (1, 'a'), (DEFAULT, 'a')""": "`a` (integer)",
    "WITH i AS (INSERT INTO keyed (a) VALUES (1) RETURNING a) SELECT a FROM i": "`id` (integer)",
    "INSERT INTO keyed (a) VALUES (1) ON CONFLICT DO NOTHING": "`id` (integer)",
    "INSERT INTO coded (id) VALUES (1)": "`code` (code)",
    "INSERT INTO checked (id) VALUES (1)": "`a` (integer)",
    "INSERT INTO parted (id) VALUES (1)": "`a` (integer)",
    "INSERT INTO keys (b) VALUES (1)": "`id` (integer)",
    "INSERT INTO keys_again (b, k) VALUES (1, DEFAULT)": "`id` (integer)",
    "INSERT INTO partial VALUES (1)": "`id` (integer)",
}

WARNED = [
    "INSERT INTO keyed (a) SELECT g FROM generate_series(1, 0) AS g",
    "INSERT INTO keyed (a) SELECT * FROM unnest('{}'::int[])",
    "INSERT INTO keyed (a) SELECT 1 WHERE false",
    "INSERT INTO keyed (a) SELECT a FROM filled",
    "WITH i AS (SELECT 1 WHERE false) INSERT INTO keyed (a) SELECT * FROM i",
    (
        "MERGE INTO keyed USING (SELECT 1 AS x WHERE false) AS s ON id = x"
        " WHEN NOT MATCHED THEN INSERT (a) VALUES (x)"
    ),
]
"""They store no row, but need not have any to store."""

ACCEPTED = [
    """INSERT INTO t (a, "B b") VALUES (1, 'a')""",
    """INSERT INTO t VALUES (DEFAULT, 1, 'a')""",
    """INSERT INTO t (a, "B b", c) VALUES (1, 'a', DEFAULT), (2, 'b', DEFAULT)""",
    """INSERT INTO t (a, "B b", e) VALUES (1, 'a', DEFAULT)""",
    "INSERT INTO coded (code) VALUES ('x')",
    "INSERT INTO filled (id) VALUES (1)",
    "INSERT INTO v (id) VALUES (1)",
    "INSERT INTO keys_again (k) VALUES (2)",
    "INSERT INTO with_default (a) VALUES (1)",
    "INSERT INTO with_default (id, a) VALUES (DEFAULT, 1)",
    "INSERT INTO over_default VALUES (1)",
    "INSERT INTO instead VALUES (1)",
    "INSERT INTO over_instead VALUES (1)",
    "INSERT INTO ruled_view VALUES (1)",
    "INSERT INTO parted_filled (id) VALUES (1)",
    "INSERT INTO ruled (id) VALUES (1)",
    "INSERT INTO keyed (id) VALUES (1)",
    "UPDATE keyed SET a = 1",
    (
        "MERGE INTO keyed USING (SELECT 1 AS x) AS s ON id = x"
        " WHEN MATCHED THEN UPDATE SET a = 1 WHEN NOT MATCHED THEN INSERT (id) VALUES (x)"
    ),
]


def test_refused(typed: Typed, connection: psycopg.Connection[TupleRow]) -> None:
    connection.execute(SCHEMA)
    for statement, columns in REFUSED.items():
        with pytest.raises(SqlgenError) as error:
            typed(statement, command="exec")
        [problem] = error.value.diagnostics
        assert problem.code == "missing-column", statement
        assert f"leaves out {columns}, which" in problem.message
        with pytest.raises(psycopg.errors.NotNullViolation):
            connection.execute(statement.encode())


def test_warned(typed: Typed, connection: psycopg.Connection[TupleRow]) -> None:
    connection.execute(SCHEMA)
    for statement in WARNED:
        if statement.startswith("MERGE") and connection.info.server_version < 150000:
            continue
        warnings = [
            warning.code for warning in typed(statement, command="exec").warnings
        ]
        assert warnings == ["missing-column"], statement
        connection.execute(statement.encode())


def test_accepted(typed: Typed, connection: psycopg.Connection[TupleRow]) -> None:
    connection.execute(SCHEMA)
    for statement in ACCEPTED:
        typed(statement, command="exec")
        connection.execute(statement.encode())


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("INSERT INTO keyed (a) VALUES (1)", "keyed"),
        ('insert into public . "t" (a) values (1)', '"t"'),
        (
            (
                "WITH i AS (INSERT INTO patients SELECT * FROM patients RETURNING 1)"
                " INSERT INTO KEYED (a) VALUES (1)"
            ),
            "KEYED",
        ),
    ],
)
def test_place(
    typed: Typed,
    connection: psycopg.Connection[TupleRow],
    statement: str,
    place: str,
) -> None:
    connection.execute(SCHEMA)
    with pytest.raises(SqlgenError) as error:
        typed(statement, command="exec")
    label = error.value.diagnostics[0].label
    assert label is not None
    assert label.span.text == place
