"""What is claimed only to read runs on a real standby server."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.pq import DiagnosticField
from psycopg.rows import TupleRow

from sqlgen import describe, infer, migrate, parse, read
from sqlgen.model.description import Description
from tests.conftest import INSTALLED
from tests.standby import Replication, replication
from tests.test_infer.conftest import SCHEMA
from tests.test_infer.test_writing import OBJECTS, READING

pytestmark = pytest.mark.system
ROOT = Path(__file__).parents[1]
MIGRATIONS = parse.migrations(read.sources(ROOT, "migrations"))
FILES = [parse.query_file(file) for file in read.sources(ROOT, "queries")]
REFUSED = {b"25006"}  # read_only_sql_transaction
Connection = psycopg.Connection[TupleRow]


@pytest.fixture(scope="module")
def servers() -> Iterator[Replication]:
    with replication(INSTALLED[-1]) as servers:
        with psycopg.connect(servers.primary, autocommit=True) as connection:
            connection.execute("CREATE DATABASE clinic")
            connection.execute(f"{SCHEMA};{OBJECTS}".encode())
        migrate.up(f"{servers.primary} dbname=clinic", MIGRATIONS)
        servers.catch_up()
        yield servers


def error_of(connection: Connection, statement: str, parameters: int) -> bytes:
    """Return the SQLSTATE of the server's error, empty if there is none."""
    arguments: list[bytes | None] = [None] * parameters
    result = connection.pgconn.exec_params(statement.encode(), arguments)
    return result.error_field(DiagnosticField.SQLSTATE) or b""


@pytest.mark.parametrize("statement", READING)
def test_statements_that_only_read(servers: Replication, statement: str) -> None:
    with psycopg.connect(servers.standby, autocommit=True) as connection:
        assert error_of(connection, statement, statement.count("$1")) == b""


def test_the_queries_of_the_clinic(servers: Replication) -> None:
    """Those that only read run, and the others fail there, but for a setting, which a standby has too."""
    queries = [query for file in FILES for query in file.queries]
    with psycopg.connect(f"{servers.primary} dbname=clinic") as connection:
        catalog = describe.catalog(connection)
        descriptions = describe.queries(connection, catalog, queries)
        typed = [
            infer.query(d, catalog) for d in descriptions if isinstance(d, Description)
        ]
    assert len(typed) == len(queries)
    assert {query.read_only for query in typed} == {True, False}
    with psycopg.connect(
        f"{servers.standby} dbname=clinic", autocommit=True
    ) as connection:
        for query in typed:
            if "set_config" in query.may_write:
                continue
            error = error_of(connection, query.query.sql.text, len(query.parameters))
            assert (error in REFUSED) is not query.read_only, query.query.name
