"""The server describes each query: types, names and trees."""

from collections.abc import Callable, Sequence

import psycopg
import pytest
from psycopg.pq import DiagnosticField
from psycopg.rows import TupleRow

from sqlgen import describe
from sqlgen.describe.tree_text import unwrap
from sqlgen.model.catalog import EnumType, ScalarType
from sqlgen.model.description import Description, TableColumn
from sqlgen.model.diagnostic import Diagnostic

Described = Callable[[Sequence[str]], tuple[Description | Diagnostic, ...]]
Connection = psycopg.Connection[TupleRow]

INT = ScalarType(schema="pg_catalog", name="int4", display="integer")
TEXT = ScalarType(schema="pg_catalog", name="text", display="text")


def alone(connection: Connection, statement: str) -> str:
    """Return the tree that the server sends for the Parse of a single statement."""
    details: list[bytes] = []
    pgconn = connection.pgconn
    pgconn.exec_(
        b"SET debug_print_parse = on; SET debug_pretty_print = off;"
        b" SET client_min_messages = log"
    )
    pgconn.notice_handler = lambda notice: details.append(
        notice.error_field(DiagnosticField.MESSAGE_DETAIL) or b""
    )
    pgconn.prepare(b"", statement.encode())
    pgconn.notice_handler = None
    pgconn.exec_(b"RESET ALL")
    return unwrap(details[-1])


def only(outcomes: tuple[Description | Diagnostic, ...]) -> Description:
    [description] = outcomes
    assert isinstance(description, Description)
    return description


def test_types_names_and_origins(connection: Connection, described: Described) -> None:
    connection.execute("CREATE TYPE mood AS ENUM ('happy', 'sad')")
    connection.execute("CREATE DOMAIN label AS text CHECK (VALUE <> '')")
    connection.execute("CREATE TABLE t (id int PRIMARY KEY, m mood, l label)")
    description = only(described(["SELECT m, l, id + 1 AS next FROM t WHERE id = $1"]))
    row = connection.execute("SELECT 't'::regclass::oid").fetchone()
    assert row is not None
    oid = row[0]
    assert description.parameter_types == (INT,)
    assert [column.name for column in description.columns] == ["m", "l", "next"]
    mood, label, following = description.columns
    assert isinstance(mood.type, EnumType)
    assert mood.type.labels == ("happy", "sad")
    assert mood.origin == TableColumn(oid, 2)
    assert label.type == TEXT
    assert following.origin is None


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        'SELECT x AS "a blank", y AS "( { \\ } )" FROM (VALUES (1, 2)) AS "many   blanks" (x, y)',
        "SELECT 'a string that is long enough for more than one line of seventy-eight bytes'",
        'SELECT "é è à ü ö ä é è à ü ö ä é"."é è" FROM (SELECT 1 AS "é è") AS "é è à ü ö ä é è à ü ö ä é"',
        "SELECT c.relname, a.attname FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r",
    ],
)
def test_a_tree_is_the_one_of_a_plain_parse(
    connection: Connection, described: Described, statement: str
) -> None:
    tree = only(described([statement])).tree
    assert tree == alone(connection, statement)
    assert "\n" not in tree
    assert tree.startswith("{QUERY :commandType 1 ")
    assert tree.endswith("}")


def test_escaped_blanks_at_the_end_of_a_line_survive(described: Described) -> None:
    name = "one two three four five six seven eight nine ten"
    statement = ", ".join(f'1 AS "{"x" * pad}{name}"' for pad in range(15))
    tree = only(described([f"SELECT {statement}"])).tree
    for pad in range(15):
        escaped = name.replace(" ", "\\ ")
        assert f":resname {'x' * pad}{escaped} :ressortgroupref" in tree


def test_a_token_longer_than_a_line_is_put_together(described: Described) -> None:
    name = "(" * 63
    tree = only(described([f'SELECT 1 AS "{name}"'])).tree
    assert f":resname {chr(92)}{(chr(92)).join(name)} :ressortgroupref" in tree


def test_bad_queries_do_not_hide_good_ones(described: Described) -> None:
    statements = [f"SELECT {number} AS n{number}, $1::int" for number in range(300)]
    bad = {0, 1, 63, 64, 65, 128, 200, 298, 299}
    for number in bad:
        statements[number] = f"SELECT {number} FROM missing_{number}"
    for number, outcome in enumerate(described(statements)):
        if number in bad:
            assert isinstance(outcome, Diagnostic)
            assert outcome.message == f'relation "missing_{number}" does not exist'
        else:
            assert isinstance(outcome, Description)
            assert outcome.columns[0].name == f"n{number}"
            assert f":resname n{number} " in outcome.tree


def test_what_is_refused_after_its_tree_was_sent(
    connection: Connection, described: Described
) -> None:
    connection.execute("CREATE VIEW v AS SELECT count(*) AS n FROM pg_class")
    before, refused, after = described(
        ["SELECT 1 AS a", "INSERT INTO v VALUES (1)", "SELECT 2 AS b"]
    )
    assert isinstance(before, Description)
    assert isinstance(refused, Diagnostic)
    assert isinstance(after, Description)
    assert refused.code == "55000"
    assert ":resname a " in before.tree
    assert ":resname b " in after.tree


def test_other_notices_are_not_taken_for_trees(
    connection: Connection, described: Described
) -> None:
    connection.execute("SET log_statement = 'all'")
    long = "x" * 70
    first, second = described([f"SELECT 1 AS {long}", "SELECT 2 AS b"])
    assert isinstance(first, Description)
    assert isinstance(second, Description)
    assert first.columns[0].name == long[:63]
    assert ":resname b " in second.tree


@pytest.mark.parametrize(
    "statement",
    [
        "SHOW search_path",
        "LISTEN news",
        "TRUNCATE t",
        "CALL p(1)",
        "EXPLAIN SELECT 1",
        "DO 'BEGIN END'",
        "COPY t FROM STDIN",
        "REFRESH MATERIALIZED VIEW m",
    ],
)
def test_utility_statements_have_no_tree(
    connection: Connection, described: Described, statement: str
) -> None:
    connection.execute("CREATE TABLE t (id int)")
    connection.execute("CREATE PROCEDURE p(int) LANGUAGE sql AS 'SELECT 1'")
    connection.execute("CREATE MATERIALIZED VIEW m AS SELECT 1 AS x")
    first, utility, last = described(["SELECT 1 AS a", statement, "SELECT 2 AS b"])
    assert isinstance(utility, Description)
    assert utility.tree == ""
    assert isinstance(first, Description)
    assert ":resname a " in first.tree
    assert isinstance(last, Description)
    assert ":resname b " in last.tree


def test_a_rule_does_not_replace_the_authors_statement(
    connection: Connection, described: Described
) -> None:
    connection.execute("CREATE TABLE t (id int)")
    connection.execute("CREATE TABLE log (id int)")
    connection.execute(
        "CREATE RULE r AS ON INSERT TO t DO ALSO INSERT INTO log VALUES (new.id)"
    )
    first, second = described(["INSERT INTO t VALUES ($1)", "SELECT 2 AS b"])
    assert isinstance(first, Description)
    assert first.tree.startswith("{QUERY :commandType 3 ")
    assert isinstance(second, Description)
    assert ":resname b " in second.tree


def test_the_connection_is_left_as_it_was(
    connection: Connection, described: Described
) -> None:
    settings = (
        "SELECT name, setting FROM pg_settings"
        " WHERE name ~ '^(debug_|client_|log_min_messages|log_statement)' ORDER BY name"
    )
    connection.execute("SET client_min_messages = warning")
    heard: list[str] = []
    connection.add_notice_handler(
        lambda notice: heard.append(str(notice.message_primary))
    )
    before = connection.execute(settings).fetchall()
    described(["SELECT 1", "SELEC 2", "SELECT 3"])
    assert connection.execute(settings).fetchall() == before
    assert (
        connection.execute("SELECT name FROM pg_prepared_statements").fetchall() == []
    )
    assert connection.info.transaction_status.name == "IDLE"
    assert connection.pgconn.pipeline_status == 0
    connection.execute("SET client_min_messages = notice")
    connection.execute("DO $$BEGIN RAISE NOTICE 'still heard'; END$$")
    assert heard == ["still heard"]


def test_nothing_is_executed(connection: Connection, described: Described) -> None:
    connection.execute("CREATE TABLE t (id int)")
    described(["INSERT INTO t VALUES (1)", "DROP TABLE t"])
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_many_long_statements_do_not_block(described: Described) -> None:
    wide = ", ".join(f"{number} AS column_{number}" for number in range(400))
    outcomes = described([f"SELECT {wide}"] * 200)
    assert all(isinstance(each, Description) for each in outcomes)


def test_a_transaction_is_refused(
    connection: Connection,
) -> None:
    catalog = describe.catalog(connection)
    with connection.transaction(), pytest.raises(psycopg.ProgrammingError):
        describe.queries(connection, catalog, [])
