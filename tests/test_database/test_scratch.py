from contextlib import suppress

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import database
from sqlgen.model.diagnostic import ServerUnavailableError


def test_the_session_is_the_same_everywhere(
    connection: psycopg.Connection[TupleRow],
) -> None:
    names = ("TimeZone", "DateStyle", "search_path", "server_encoding")
    for statement in (
        "SELECT",
        "SET timezone = 'Asia/Tokyo'; SET search_path = x",
        "DISCARD ALL",
    ):
        connection.execute(statement)
    values = [connection.execute(f"SHOW {name}").fetchone() for name in names]
    assert values == [("UTC",), ("ISO, MDY",), ('"public"',), ("UTF8",)]


def test_the_search_path_is_the_projects(server: database.Server) -> None:
    with database.scratch(server, search_path=("app", 'a "b\\ c')) as connection:
        connection.execute('CREATE SCHEMA "a ""b\\ c"; CREATE TABLE t ()')
        row = connection.execute("SELECT current_schemas(false)").fetchone()
    assert row == (['a "b\\ c'],)


def test_a_scratch_database_may_be_copied(server: database.Server) -> None:
    with database.scratch(server) as original:
        original.execute("CREATE TABLE t AS SELECT 1 AS n")
        name = original.info.dbname
        original.close()
        for _ in range(2):
            with database.scratch(server, template=name) as copy:
                assert copy.execute("SELECT n FROM t").fetchall() == [(1,)]
                copy.execute("DROP TABLE t")


def test_a_refusal_of_the_server_is_told(server: database.Server) -> None:
    with (
        pytest.raises(
            ServerUnavailableError, match=r"template database .* does not exist"
        ),
        database.scratch(server, template="missing"),
    ):
        pass


def test_it_is_dropped_after_an_exception(server: database.Server) -> None:
    name = ""
    with suppress(ZeroDivisionError), database.scratch(server) as connection:
        name = connection.info.dbname
        raise ZeroDivisionError
    assert not _exists(server, name)


def test_it_is_dropped_from_under_other_connections(server: database.Server) -> None:
    with database.scratch(server) as connection:
        name = connection.info.dbname
        other = psycopg.connect(connection.info.dsn)
    with pytest.raises(psycopg.OperationalError):
        other.execute("SELECT")
    assert not _exists(server, name)


def test_it_is_dropped_when_its_connection_is_broken(server: database.Server) -> None:
    with database.scratch(server) as connection:
        name = connection.info.dbname
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert not _exists(server, name)


def _exists(server: database.Server, name: str) -> bool:
    with psycopg.connect(server.conninfo) as connection:
        statement = "SELECT FROM pg_database WHERE datname = %s"
        return connection.execute(statement, (name,)).fetchone() is not None
