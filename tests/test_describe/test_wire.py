"""The wire protocol without psycopg gives the same responses as libpq."""

from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import TupleRow

from sqlgen.describe import NoSuchDatabaseError, WireConnection
from sqlgen.describe.pipeline import describe_pipelined
from sqlgen.describe.responses import ParsedStatement, StatementError
from sqlgen.describe.tree_settings import debug_print_parse
from sqlgen.model.diagnostic import ServerUnavailableError

Connection = psycopg.Connection[TupleRow]

STATEMENTS = [
    'SELECT 1 AS one, \'a\' AS "größe", $1::int[] AS "a b"',
    "SELECT * FROM pg_class WHERE relname = $1 AND oid = $2",
    "SELECT nothing FROM pg_class",
    "SELECT 'ä', * FROM pg_class WHERE relnamme = $1",
    "SELEC 1",
    "",
    "-- nothing",
    "VACUUM pg_class",
    "CREATE TABLE made (id int)",
    "SELECT $1 IS NULL OR relname = $1 FROM pg_class",
    "SELECT $3",
    "SELECT 1; SELECT 2",
    "SELECT 'open",
    "SELECT 1/0",
    "DO $$ BEGIN RAISE NOTICE 'parse tree:'; END $$",
    "SELECT repeat('{', 100), '\\n', E'\\\\ }'",
    "INSERT INTO pg_temp.gone VALUES (1)",
    "SELECT ROW(1, 'a'), ARRAY[ROW(1)], NULL, 'x'::pg_class",
]


def check(connection: Connection, wire: WireConnection, statements: list[str]) -> None:
    with debug_print_parse(connection.pgconn):
        expected = describe_pipelined(connection.pgconn, statements)
    assert wire.describe(statements) == expected


def test_both_ways_agree(connection: Connection, wire: WireConnection) -> None:
    check(connection, wire, STATEMENTS)
    check(connection, wire, [])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STATEMENTS), max_size=200))
def test_they_agree_in_any_order(
    connection: Connection, wire: WireConnection, statements: list[str]
) -> None:
    check(connection, wire, statements)


def test_much_is_sent_and_received_at_once(wire: WireConnection) -> None:
    """In both directions, far more than fits into the socket's buffers."""
    columns = ", ".join(f"relname AS c{number}" for number in range(300))
    statement = f"SELECT {columns} FROM pg_class /* {'x' * 100_000} */"
    answers = wire.describe([statement, "SELECT nothing"] * 50)
    assert [type(answer) for answer in answers] == [
        ParsedStatement,
        StatementError,
    ] * 50
    assert (
        len({answer for answer in answers if isinstance(answer, ParsedStatement)}) == 1
    )


def test_rows_are_text(wire: WireConnection) -> None:
    assert wire.query("SELECT 1, NULL, 'ä' UNION ALL SELECT 2, 'b', ''") == [
        ("1", "", "ä"),
        ("2", "b", ""),
    ]
    with pytest.raises(ServerUnavailableError, match="division by zero"):
        wire.query("SELECT 1/0")
    assert wire.query("SELECT 3") == [("3",)]


def test_a_database_that_is_not_there(connection: Connection) -> None:
    info = connection.info
    socket = Path(info.host) / f".s.PGSQL.{info.port}"
    with pytest.raises(NoSuchDatabaseError):
        WireConnection(socket, info.user, "nowhere", "")
    with pytest.raises(ServerUnavailableError, match='role "nobody" does not exist'):
        WireConnection(socket, "nobody", info.dbname, "")
    with pytest.raises(ServerUnavailableError, match="does not answer"):
        WireConnection(socket / "nowhere", info.user, info.dbname, "")


def test_a_server_that_ends_the_session(
    connection: Connection, wire: WireConnection
) -> None:
    [(process,)] = wire.query("SELECT pg_backend_pid()")
    connection.execute("SELECT pg_terminate_backend(%s, 5000)", (int(process),))
    with pytest.raises(ServerUnavailableError, match="does not answer"):
        wire.describe(["SELECT 1"])
