"""Databases with a schema, which an embedded server keeps for later runs."""

import secrets

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import database, embedded

Steps = dict[str, str]

RUN = secrets.token_hex(8)
"""Makes the fingerprints of this run unique: the databases stay for later runs of the tests."""


def look(server: database.Server, steps: Steps, query: str) -> tuple[object, list[str]]:
    """Return the result of *query* after the migrations, and which of them ran for that."""
    ran: list[str] = []

    def migrate(connection: psycopg.Connection[TupleRow], start: int) -> None:
        for name in list(steps)[start:]:
            connection.execute(steps[name].encode())
            ran.append(name)

    chain = [RUN + name for name in steps]
    with database.migrated(server, chain, migrate) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row and row[0], ran


COUNT = "SELECT count(*) FROM pg_class WHERE relname LIKE 'kept%'"


def test_the_second_time_nothing_runs(server: database.Server) -> None:
    steps = {"same 1": "CREATE TABLE kept_1 ()", "same 2": "CREATE TABLE kept_2 ()"}
    assert look(server, steps, COUNT) == (2, ["same 1", "same 2"])
    assert look(server, steps, COUNT) == (2, [])


def test_a_longer_chain_starts_from_the_longest_that_is_there(
    server: database.Server,
) -> None:
    steps = {f"longer {n}": f"CREATE TABLE kept_{n} ()" for n in range(3)}
    look(server, dict(list(steps.items())[:1]), COUNT)
    look(server, dict(list(steps.items())[:2]), COUNT)
    assert look(server, steps, COUNT) == (3, ["longer 2"])


def test_another_search_path_is_another_database(server: database.Server) -> None:
    ran: list[int] = []
    for path in (("public",), ("public", "other"), ("public",)):
        with database.migrated(
            server, (RUN,), lambda _, start: ran.append(start), search_path=path
        ):
            pass
    assert ran == [0, 0]


def test_a_failure_leaves_nothing_behind(server: database.Server) -> None:
    def fail(_: psycopg.Connection[TupleRow], __: int) -> None:
        raise ZeroDivisionError

    for _ in range(2):
        with (
            pytest.raises(ZeroDivisionError),
            database.migrated(server, (f"{RUN} failing",), fail),
        ):
            pass
    with psycopg.connect(server.conninfo) as connection:
        query = "SELECT count(*) FROM pg_database WHERE datname LIKE 'sqlgen_scratch%'"
        assert connection.execute(query).fetchone() == (0,)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE kept_role; GRANT kept_role TO CURRENT_USER",
        "ALTER ROLE CURRENT_USER SET search_path = elsewhere",
        "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = 900', current_database()); END$$",
    ],
)
def test_what_is_not_of_the_database_runs_each_time_and_is_taken_back(
    server: database.Server, statement: str
) -> None:
    steps = {statement: statement}
    for _ in range(2):
        assert look(server, steps, "SELECT 1") == (1, [statement] * 2)
    with psycopg.connect(server.conninfo) as connection:
        query = "SELECT count(*) FROM pg_roles WHERE rolname = 'kept_role'"
        assert connection.execute(query).fetchone() == (0,)
        assert connection.execute("SHOW search_path").fetchone() != ("elsewhere",)


def test_only_few_databases_are_kept(server: database.Server) -> None:
    for number in range(10):
        look(server, {f"few {number}": "SELECT 1"}, "SELECT 1")
    with psycopg.connect(server.conninfo) as connection:
        query = "SELECT count(*) FROM pg_database WHERE starts_with(datname, %s)"
        assert connection.execute(
            query, (embedded.SCHEMA_DATABASE_PREFIX,)
        ).fetchone() == (8,)
    # The most recently used ones are kept.
    assert look(server, {"few 5": "SELECT 1"}, "SELECT 1") == (1, [])


def test_an_external_server_keeps_nothing(newest_server: database.Server) -> None:
    external = database.Server(
        conninfo=newest_server.conninfo, version=newest_server.version, embedded=False
    )
    steps = {"external": "CREATE TABLE kept ()"}
    for _ in range(2):
        assert look(external, steps, COUNT) == (1, ["external"])
