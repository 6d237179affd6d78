"""The findings about statements, against a second session that really waits, on real servers."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen import database, parse
from sqlgen.model.migration import Migration
from sqlgen.model.query import Query
from sqlgen.model.source import SourceFile
from sqlgen.risk.findings import RiskCode, RiskFinding
from sqlgen.risk.judgement import findings
from sqlgen.risk.measurement import measure
from sqlgen.risk.query_locks import query_locks, waiting_queries
from tests.test_risk.cases import CASES, QUERIES, SCHEMA, Case

Connection = psycopg.Connection[TupleRow]

QUERY_FILE = parse.query_file(SourceFile("queries/all.sql", QUERIES))

FILES = """
SELECT oid::regclass::text, relfilenode FROM pg_class
WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace
"""


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


def migration(text: str) -> Migration:
    return Migration(
        version=1,
        description="",
        up=SourceFile("migrations/1_a.sql", text),
        down=None,
        transactional=not text.startswith("-- no-transaction"),
    )


def measured(connection: Connection, text: str) -> tuple[RiskFinding, ...]:
    script = migration(text)
    return findings(script, measure(connection, script))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sql[:60])
def test_who_waits(
    case: Case, server: database.Server, schema_connection: Connection
) -> None:
    if server.version < case.since * 10000:
        with pytest.raises(psycopg.errors.SyntaxError):
            schema_connection.execute(case.sql.encode())
        return
    locks = query_locks(schema_connection, QUERY_FILE.queries)
    messages: list[str] = []
    schema_connection.add_notice_handler(
        lambda message: messages.append(message.message_primary or "")
    )
    before: dict[str, int] = dict(schema_connection.execute(FILES).fetchall())
    schema_connection.execute(
        "BEGIN; SET LOCAL client_min_messages = debug1; SET LOCAL TIME ZONE 1"
    )
    schema_connection.execute(case.sql.encode())
    after: dict[str, int] = dict(schema_connection.execute(FILES).fetchall())
    waited = waiting(server, schema_connection.info.dbname)
    schema_connection.execute("ROLLBACK")

    found = measured(schema_connection, case.sql)
    works = [f"{f.code} {f.relation}" for f in found if not f.is_harmless]
    assert sorted(works) == sorted(case.works)
    predicted = {
        name
        for finding in found
        if finding.code is not RiskCode.BULK_UPDATE
        for name in waiting_queries(finding, locks)
    }
    assert predicted == waited
    replaced = {t for t in before if t in after and before[t] != after[t]}
    rewritten = {str(f.relation) for f in found if f.code is RiskCode.TABLE_REWRITE}
    assert rewritten == replaced - ({"children"} if "TRUNCATE" in case.sql else set())
    verified = re.findall(
        r'^verifying table "(\w+)"', "\n".join(messages), re.MULTILINE
    )
    scanned = {str(f.relation) for f in found if f.code is RiskCode.TABLE_SCAN}
    assert set(verified) <= scanned or "VALIDATE" in case.sql


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
