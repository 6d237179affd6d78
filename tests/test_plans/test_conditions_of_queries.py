"""Which conditions of queries no index can serve, and that the index that we name serves them."""

from collections.abc import Iterator

import pytest

from sqlgen import database
from sqlgen.database import Server
from sqlgen.plans import QueryFindings
from tests.test_plans.cases import CASES, SCHEMA, Case
from tests.test_plans.schema_plans import Connection, findings_of


@pytest.fixture(scope="module")
def migrated(server: Server) -> Iterator[Connection]:
    """A database with the cases' schema."""
    with database.scratch(server) as connection:
        connection.execute(SCHEMA)
        yield connection


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_and_its_proof(migrated: Connection, name: str) -> None:
    case: Case = CASES[name]
    [found] = findings_of(migrated, f"-- name: asked :exec\n{case.query};\n")
    assert not found.error
    # PostgreSQL tests cheap conditions first; which are cheap depends on its version.
    assert {one.table: {*one.conditions} for one in found.unserved} == {
        table: {*conditions} for table, conditions in case.unserved.items()
    }
    for one in found.unserved:
        assert one.indexes == case.indexes
        assert one.variants == case.variants
    if case.indexes:
        assert not with_indexes(migrated, case).unserved


def with_indexes(connection: Connection, case: Case) -> QueryFindings:
    """Return the findings once the indexes that were named are there."""
    before = names(connection)
    for statement in case.indexes:
        connection.execute(statement.encode())
    try:
        return findings_of(connection, f"-- name: asked :exec\n{case.query};\n")[0]
    finally:
        for name in names(connection) - before:
            connection.execute(f"DROP INDEX {name}".encode())


def names(connection: Connection) -> set[str]:
    rows = connection.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('i', 'I') AND NOT relispartition"
    )
    return {name for (name,) in rows}
