"""Which assignments and values can be left out, and what RETURNING gives with and without them."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import describe, infer, parse
from sqlgen.model.description import Description
from sqlgen.model.diagnostic import Diagnostic, SqlgenError
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedQuery

Connection = psycopg.Connection[TupleRow]
Analysed = Callable[[str, str], TypedQuery]

SCHEMA = """
CREATE TABLE t (
    id int PRIMARY KEY,
    name text NOT NULL,
    mail text,
    lang text DEFAULT 'en',
    noted text DEFAULT lower(NULL),
    tags text[],
    a int,
    b int,
    must int NOT NULL DEFAULT 1,
    CHECK (num_nonnulls(a, b) = 1)
);
CREATE TABLE touched (id int PRIMARY KEY, name text, required text NOT NULL);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.required = 1; RETURN NEW; END';
CREATE TRIGGER touch BEFORE INSERT ON touched FOR EACH ROW EXECUTE FUNCTION touch();
CREATE VIEW v AS SELECT id, name, mail FROM t;
CREATE VIEW w AS SELECT name AS title, id FROM v;
CREATE VIEW named AS SELECT * FROM t;
ALTER VIEW named ALTER name SET DEFAULT 'a';
CREATE VIEW over_named AS SELECT id, name FROM named;
CREATE TABLE ruled (id int PRIMARY KEY, name text);
CREATE RULE ruled AS ON UPDATE TO ruled WHERE new.id > 5 DO INSTEAD NOTHING;
"""


@pytest.fixture
def analysed(connection: Connection) -> Analysed:
    """A function that analyses a statement below its directive."""
    connection.execute(SCHEMA)
    catalog = describe.catalog(connection)

    def call(directive: str, statement: str) -> TypedQuery:
        command = "many" if "RETURNING" in statement else "exec"
        text = f"-- name: q :{command}\n-- sqlgen: {directive}\n{statement}"
        queries = parse.query_file(SourceFile("queries/q.sql", text)).queries
        [description] = describe.queries(connection, catalog, queries)
        if isinstance(description, Diagnostic):
            raise SqlgenError(description)
        assert isinstance(description, Description)
        return infer.query(description, catalog)

    return call


@pytest.mark.parametrize(
    ("directive", "statement", "nullable"),
    [
        # An assignment proves nothing where it may not be there.
        ("optional x", "UPDATE t SET mail = :x! WHERE id = 1 RETURNING mail", True),
        ("optional x", "UPDATE t SET mail = coalesce(:x, '') WHERE id = 1 RETURNING mail", True),
        ("optional x", "UPDATE t SET mail = :x!, name = 'n' RETURNING mail", True),
        ("optional x", "UPDATE t SET name = :x, mail = '' RETURNING mail", False),
        ("optional x", "UPDATE t SET name = :x RETURNING name", False),
        # With and without it, the column is not NULL.
        ("optional x", "UPDATE t SET mail = :x! WHERE mail IS NOT NULL RETURNING mail", False),
        ("optional x", "UPDATE t SET mail = :x! WHERE mail LIKE 'a%' RETURNING mail", False),
        # Nor does its absence prove anything.
        ("optional x", "UPDATE t SET mail = :x WHERE mail IS NOT NULL RETURNING mail", True),
        ("optional x", "UPDATE t SET tags[1] = :x WHERE id = 1 RETURNING tags", True),
        ("optional x", "UPDATE t SET tags[1] = :x, tags[2] = 'a' WHERE id = 1 RETURNING tags", True),
        ("optional x", "UPDATE t SET (mail, lang) = (:x!, 'a') WHERE id = 1 RETURNING mail", True),
        # The CHECK holds of the row as it becomes.
        ("optional x", "UPDATE t SET a = NULL, name = :x RETURNING b", False),
        ("optional x", "UPDATE t SET a = NULL, b = :x RETURNING b", False),
        ("optional x, y", "UPDATE t SET a = :x, b = :y WHERE a IS NULL RETURNING b", True),
        ("optional x", "UPDATE t SET a = abs(:x::int), name = 'n' WHERE a IS NULL RETURNING b", True),
        (
            "optional x",
            ("INSERT INTO t (id, name, mail) VALUES (1, 'n', 'm')"
            " ON CONFLICT (id) DO UPDATE SET name = 'x', mail = :x! RETURNING mail"),
            True,
        ),
        # A value and the DEFAULT.
        ("default x", "INSERT INTO t (id, name, mail) VALUES (1, 'n', :x!) RETURNING mail", True),
        ("default x", "INSERT INTO t (id, name, lang) VALUES (1, 'n', :x!) RETURNING lang", False),
        ("default x", "INSERT INTO t (id, name, lang) VALUES (1, 'n', :x) RETURNING lang", True),
        ("default x", "INSERT INTO t (id, name, noted) VALUES (1, 'n', :x!) RETURNING noted", True),
        ("default x", "INSERT INTO t (id, name, must) VALUES (1, 'n', :x) RETURNING must", False),
        ("default x", "INSERT INTO t (id, name, lang) VALUES (1, 'n', 'a'), (2, 'm', :x!) RETURNING lang", False),
        ("default x", "INSERT INTO t (id, name, mail) VALUES (1, 'n', 'a'), (2, 'm', :x!) RETURNING mail", True),
        ("default x", "INSERT INTO t (id, name, a, b) VALUES (1, 'n', :x!, 1) RETURNING a", True),
        ("default x", "INSERT INTO v (id, name, mail) VALUES (1, 'n', :x!) RETURNING mail", True),
        (
            "default x",
            ("INSERT INTO t (id, name, lang) VALUES (1, 'n', :x!)"
            " ON CONFLICT (id) DO UPDATE SET lang = excluded.lang RETURNING lang"),
            False,
        ),
        (
            "default x",
            ("WITH i AS (INSERT INTO t (id, name, mail) VALUES (1, 'n', :x!) RETURNING mail)"
            " SELECT mail FROM i -- RETURNING"),
            True,
        ),
    ],
)  # fmt: skip
def test_returning_holds_with_and_without(
    analysed: Analysed, directive: str, statement: str, nullable: bool
) -> None:
    [column] = analysed(directive, statement).columns
    assert column.nullable == nullable, column.reason


def test_the_row_as_it_is_is_one_at_most(analysed: Analysed) -> None:
    typed = analysed("optional x", "UPDATE t SET mail = :x WHERE id = 1 RETURNING *")
    assert typed.cardinality == "optional"
    typed = analysed("optional x", "UPDATE t SET mail = :x WHERE a = 1 RETURNING *")
    assert typed.cardinality == "many"
    typed = analysed(
        "optional x, y", "UPDATE t SET mail = :x WHERE id = :y RETURNING *"
    )
    assert typed.cardinality == "many"


@pytest.mark.parametrize(
    ("directive", "statement", "code", "message"),
    [
        (
            "optional x",
            "UPDATE v SET mail = :x RETURNING id",
            "nothing-to-set",
            "a call may leave nothing to set: a view's or table's rules and triggers decide",
        ),
        (
            "optional x",
            "UPDATE ruled SET name = :x WHERE id = 7 RETURNING id",
            "0A000",
            "cannot perform UPDATE RETURNING on relation",
        ),
        (
            "optional x",
            "UPDATE t SET mail = :x FROM v WHERE v.id = t.id RETURNING t.id",
            "nothing-to-set",
            "without `:x`, this SET has nothing to set",
        ),
        (
            "optional x",
            "UPDATE t SET mail = :x WHERE id = :y RETURNING :y::text || name",
            "nothing-to-set",
            "without `:x`, this SET has nothing to set",
        ),
        (
            "optional x",
            "WITH d AS (DELETE FROM touched RETURNING id) UPDATE t SET mail = :x RETURNING id",
            "nothing-to-set",
            "a query in WITH changes data",
        ),
        (
            "optional x",
            "WITH u AS (UPDATE t SET mail = :x RETURNING id) SELECT * FROM u",
            "nothing-to-set",
            "without `:x`, this SET has nothing to set",
        ),
        (
            "optional x",
            "UPDATE t SET (mail, lang) = (SELECT 'a', 'b'), (name, tags[1]) = (SELECT :x::text, 'b') RETURNING id",
            "not-optional",
            "the assignment with `:x` cannot be left out: the rest of the statement would not stay the same",
        ),
        (
            "default x",
            "INSERT INTO t (id, name) VALUES (1, :x)",
            "no-default",
            "the column `name` is NOT NULL and has no default",
        ),
        (
            "default x",
            "INSERT INTO t (id, name) VALUES (1, 'a'), (2, :x)",
            "no-default",
            "the column `name` is NOT NULL and has no default",
        ),
        (
            "default x",
            "INSERT INTO v (id, name) VALUES (1, :x)",
            "no-default",
            "the column `name` is NOT NULL and has no default",
        ),
        (
            "default x",
            "INSERT INTO w (id, title) VALUES (1, 'a'), (2, :x)",
            "no-default",
            "the column `name` is NOT NULL and has no default",
        ),
        (
            "default x",
            "INSERT INTO t (id, name) SELECT * FROM (VALUES (1, :x)) AS s",
            "no-default",
            "DEFAULT is not allowed in this context",
        ),
        (
            "default x",
            "INSERT INTO t (id, name, tags[1]) VALUES (1, 'a', :x)",
            "no-default",
            "cannot set an array element to DEFAULT",
        ),
    ],
)  # fmt: skip
def test_refused(
    analysed: Analysed, directive: str, statement: str, code: str, message: str
) -> None:
    with pytest.raises(SqlgenError) as caught:
        analysed(directive, statement)
    [error] = caught.value.diagnostics
    assert error.code == code
    assert message in error.message
    assert error.hint or code == "0A000"


def test_a_trigger_may_fill_what_has_no_default(analysed: Analysed) -> None:
    typed = analysed(
        "default x", "INSERT INTO touched (id, required) VALUES (1, :x) RETURNING id"
    )
    assert typed.query.optional == {1}


@pytest.mark.parametrize("view", ["named", "over_named"])
def test_a_view_may_have_a_default(
    connection: Connection, analysed: Analysed, view: str
) -> None:
    typed = analysed("default x", f"INSERT INTO {view} (id, name) VALUES (1, :x)")
    assert typed.query.optional == {1}
    connection.execute("ALTER TABLE t DROP CONSTRAINT t_check")
    connection.execute(f"INSERT INTO {view} (id, name) VALUES (1, DEFAULT)".encode())


def test_merge_is_refused(connection: Connection, analysed: Analysed) -> None:
    if connection.info.server_version < 15_00_00:
        pytest.skip("MERGE is newer")
    start = "MERGE INTO t USING v ON t.id = v.id WHEN"
    with pytest.raises(SqlgenError, match="cannot be left out"):
        analysed("optional x", f"{start} MATCHED THEN UPDATE SET mail = :x, lang = 'a'")
    with pytest.raises(SqlgenError, match="not in VALUES of an INSERT"):
        analysed(
            "default x",
            f"{start} NOT MATCHED THEN INSERT (id, name, lang) VALUES (1, '', :x)",
        )
