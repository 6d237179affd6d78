"""Which conditions of queries no index can serve, and that the index that we name serves them."""

import re
from collections.abc import Iterator, Sequence

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
        assert tuple([rewrite.instead for rewrite in one.rewrites]) == case.instead
        for rewrite in one.rewrites:
            query = case.query.replace(written(case.query), rewrite.instead)
            created = [rewrite.create] if rewrite.create else []
            assert not with_indexes(migrated, query, created).unserved
    if case.indexes:
        assert not with_indexes(migrated, case.query, case.indexes).unserved


def written(query: str) -> str:
    """Return the comparison with an array in the query's text."""
    [text] = re.findall(r"[\w.:]+ = ANY \([\w.]+\)", query)
    return str(text)


ARRAYS = {
    "text": ("a", "b"),
    "varchar(9)": ("a", "b"),
    "int": ("1", "2"),
    "numeric": ("1", "1.0"),
    "mood": ("calm", "wild"),
    "date": ("2020-01-01", "infinity"),
}


@pytest.mark.parametrize("element", ARRAYS)
def test_what_is_written_instead_finds_the_same_rows(
    migrated: Connection, element: str
) -> None:
    migrated.execute(f"CREATE TABLE held (id int, list {element}[])".encode())
    first, second = ARRAYS[element]
    lists = [None, [], [None], [first], [first, None], [second, first], [second] * 2]
    for number, values in enumerate(lists):
        insert = f"INSERT INTO held VALUES (%s, %s::text[]::{element}[])"
        migrated.execute(insert.encode(), (number, values))
    query = "SELECT id FROM held WHERE :x = ANY (list)"
    [found] = findings_of(migrated, f"-- name: asked :many\n{query};\n")
    [instead] = [rewrite.instead for one in found.unserved for rewrite in one.rewrites]
    for value in (None, first, second):
        rows = [
            migrated.execute(
                f"SELECT id FROM held WHERE {condition} ORDER BY id".encode(),
                {"x": value},
            ).fetchall()
            for condition in (
                f"%(x)s::{element} = ANY (list)",
                instead.replace(":x", "%(x)s", 1),
            )
        ]
        assert rows[0] == rows[1]
        assert bool(rows[0]) is (value is not None)
    migrated.execute("DROP TABLE held")


def with_indexes(
    connection: Connection, query: str, indexes: Sequence[str]
) -> QueryFindings:
    """Return the findings about a query once the indexes are there."""
    before = names(connection)
    for statement in indexes:
        connection.execute(statement.encode())
    try:
        return findings_of(connection, f"-- name: asked :exec\n{query};\n")[0]
    finally:
        for name in names(connection) - before:
            connection.execute(f"DROP INDEX {name}".encode())


def names(connection: Connection) -> set[str]:
    rows = connection.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('i', 'I') AND NOT relispartition"
    )
    return {name for (name,) in rows}
