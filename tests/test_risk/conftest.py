"""A database for each test of risks, and what is found about migrations of it."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen import database, parse
from sqlgen.model.query import Query
from sqlgen.model.source import SourceFile
from sqlgen.risk.findings import RiskFinding
from sqlgen.risk.judgement import findings
from sqlgen.risk.measurement import measure
from tests.conftest import SERVERS
from tests.test_risk.cases import QUERIES, SCHEMA

Connection = psycopg.Connection[TupleRow]

QUERY_FILE = parse.query_file(SourceFile("queries/all.sql", QUERIES))


@pytest.fixture(scope="session")
def server(server: database.Server) -> Iterator[database.Server]:
    """Return a server that counts scans, which an embedded PostgreSQL 14 cannot in its sandbox."""
    if server.version >= 150000 or not server.embedded:
        yield server
        return
    name = f"pg{server.version // 10000}"
    with database.server(
        "embedded", binaries=SERVERS[name], sandboxed=False
    ) as counting:
        yield counting


@pytest.fixture(scope="module")
def template(server: database.Server) -> Iterator[str]:
    """Return the name of a database with the schema, to which nobody is connected."""
    with database.scratch(server) as connection:
        connection.execute(SCHEMA)
        name = connection.info.dbname
        connection.close()
        yield name


@pytest.fixture
def schema_connection(server: database.Server, template: str) -> Iterator[Connection]:
    with database.scratch(server, template=template) as connection:
        yield connection


def measured(connection: Connection, text: str) -> tuple[RiskFinding, ...]:
    script = SourceFile("migrations/1_a.sql", text)
    transactional = not text.startswith("-- no-transaction")
    return findings(script, measure(connection, script, transactional=transactional))


def waiting(server: database.Server, name: str) -> set[str]:
    """Return the queries that wait for the open transaction of another session."""
    conninfo = make_conninfo(server.conninfo, dbname=name)
    with psycopg.connect(conninfo, autocommit=True) as other:
        other.execute("SET lock_timeout = '15ms'")
        return {query.name for query in QUERY_FILE.queries if waits(other, query)}


def waits(other: Connection, query: Query) -> bool:
    """Return whether a query waits for a lock until it is cancelled."""
    try:
        with other.transaction(force_rollback=True):
            other.execute(query.sql.text.encode())
    except psycopg.errors.LockNotAvailable:
        return True
    except psycopg.errors.IntegrityError:
        return False
    return False
