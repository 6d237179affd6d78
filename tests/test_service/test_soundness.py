"""Columns that are claimed to be non-null are never NULL in any query of the clinic.

Each query runs many times, with parameters taken from stored values: on the demo data, on the same
data with NULL wherever the schema allows it, and on empty tables. Its changes are rolled back.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.pq import ExecStatus
from psycopg.rows import TupleRow, scalar_row

from sqlgen import describe, infer, parse, read
from sqlgen.model.catalog import Catalog, EnumType, RelationKind
from sqlgen.model.commands import Cardinality
from sqlgen.model.description import Description
from sqlgen.model.typed import TypedParameter, TypedQuery

ROOT = Path(__file__).parents[2]
TRIES = 12
SOME = {
    "bigint": ["0", "1", "2", "100"],
    "integer": ["0", "1", "5"],
    "interval": ["1 day", "-1 hour", "0"],
    "date": ["2026-01-12", "2030-01-01"],
    "timestamp without time zone": ["2026-01-12", "2026-01-14"],
    "timestamp with time zone": ["2026-01-12 09:00Z", "2030-01-01Z"],
    "time without time zone": ["12:00"],
    "tstzrange": ["[2026-01-01Z,2027-01-01Z)", "empty", "(,)"],
    "numrange": ["[1,2]", "(,)"],
    "daterange": ["[2026-01-01,)", "(,)"],
    "boolean": ["true", "false"],
}

Pool = Mapping[str, Sequence[str]]
"""Stored values as text, by `schema.table.column` and by type."""


@dataclass
class Outcome:
    """How often the queries ran, how many rows they returned, and which claims these contradict."""

    runs: int = 0
    rows: int = 0
    wrong: frozenset[str] = frozenset()


@pytest.fixture
def connection(clinic: str) -> Iterator[psycopg.Connection[TupleRow]]:
    with psycopg.connect(clinic, autocommit=True) as connection:
        yield connection


def test_non_null_columns_are_never_null(
    connection: psycopg.Connection[TupleRow],
) -> None:
    catalog = describe.catalog(connection)
    queries = typed_queries(connection, catalog)
    full = pool(connection, catalog)
    seeded = run(connection, queries, full)
    with connection.transaction(force_rollback=True):
        forget(connection, catalog)
        nulled = run(connection, queries, full)
    with connection.transaction(force_rollback=True):
        for table in tables(catalog):
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(table))
        empty = run(connection, queries, full)
    assert seeded.wrong | nulled.wrong | empty.wrong == set()
    assert min(seeded.runs, nulled.runs, empty.runs) > 500
    assert seeded.rows > nulled.rows > empty.rows > 0


def test_that_check_would_find_wrong_verdicts(
    connection: psycopg.Connection[TupleRow],
) -> None:
    catalog = describe.catalog(connection)
    full = pool(connection, catalog)
    credulous = [
        replace(q, columns=tuple(replace(c, nullable=False) for c in q.columns))
        for q in typed_queries(connection, catalog)
    ]
    forget(connection, catalog)
    assert len(run(connection, credulous, full).wrong) > 100


def typed_queries(
    connection: psycopg.Connection[TupleRow], catalog: Catalog
) -> list[TypedQuery]:
    files = map(parse.query_file, read.sources(ROOT, "queries"))
    queries = list(chain.from_iterable(file.queries for file in files))
    outcomes = describe.queries(connection, catalog, queries)
    return [infer.query(d, catalog) for d in outcomes if isinstance(d, Description)]


def run(
    connection: psycopg.Connection[TupleRow], queries: Sequence[TypedQuery], full: Pool
) -> Outcome:
    outcome = Outcome()
    for query in queries:
        chance = random.Random(query.query.name)
        for _ in range(TRIES):
            values = [pick(p, full, chance) for p in query.parameters]
            with connection.transaction(force_rollback=True):
                attempt(connection.pgconn, query, values, outcome)
    return outcome


def attempt(
    pgconn: psycopg.pq.abc.PGconn,
    query: TypedQuery,
    values: Sequence[bytes | None],
    outcome: Outcome,
) -> None:
    result = pgconn.exec_params(query.query.sql.text.encode(), values)
    if result.status == ExecStatus.FATAL_ERROR:
        return  # a violated constraint, or a value that PostgreSQL rejects
    outcome.runs += 1
    outcome.rows += result.ntuples
    name, rows = query.query.name, result.ntuples
    if query.cardinality is Cardinality.EXACTLY_ONE and rows != 1:
        outcome.wrong |= {f"{name} gives {rows} rows"}
    if query.cardinality is Cardinality.AT_MOST_ONE and rows > 1:
        outcome.wrong |= {f"{name} gives {rows} rows"}
    for number, column in enumerate(query.columns):
        if not column.nullable:
            for row in range(rows):
                if result.get_value(row, number) is None:
                    outcome.wrong |= {f"{name}.{column.name}: {column.reason}"}


def pick(parameter: TypedParameter, full: Pool, chance: random.Random) -> bytes | None:
    if parameter.nullable and chance.random() < 0.3:
        return None
    kind = parameter.type.display
    # Values of the parameter's own column find rows; other values mostly find none.
    own = [*full.get(str(parameter.column), ()), *parameter.literals]
    if kind.endswith("[]") and not any(value.startswith("{") for value in own):
        own = own or [*full[kind.removesuffix("[]")]]
        some = chance.sample(own, min(3, len(own)))
        quoted = (f'"{value}"' for value in some)
        return f"{{{','.join(quoted)}}}".encode()
    if not own or chance.random() < 0.3:
        own = [*full[kind]]
    return chance.choice(own).encode()


def pool(connection: psycopg.Connection[TupleRow], catalog: Catalog) -> Pool:
    stored: dict[str, list[str]] = {kind: list(some) for kind, some in SOME.items()}
    for type_ in catalog.types.values():
        if isinstance(type_, EnumType):
            stored[type_.display] = list(type_.labels)
    with connection.cursor(row_factory=scalar_row) as cursor:
        for relation in catalog.relations.values():
            if relation.schema != "public" or relation.kind is not RelationKind.TABLE:
                continue
            for column in relation.columns.values():
                statement = sql.SQL(
                    "SELECT DISTINCT {0}::text FROM {1} WHERE {0} IS DISTINCT FROM NULL LIMIT 9"
                ).format(sql.Identifier(column.name), sql.Identifier(relation.name))
                values: list[str] = cursor.execute(statement).fetchall()
                stored[f"public.{relation.name}.{column.name}"] = values
                stored.setdefault(column.type.display, []).extend(values)
    return stored


def tables(catalog: Catalog) -> Iterator[sql.Identifier]:
    for relation in catalog.relations.values():
        if relation.schema == "public" and relation.kind is RelationKind.TABLE:
            yield sql.Identifier(relation.name)


def forget(connection: psycopg.Connection[TupleRow], catalog: Catalog) -> None:
    """Set everything to NULL that may be, one column at a time, as far as constraints allow it."""
    for relation in catalog.relations.values():
        if relation.schema != "public" or relation.kind is not RelationKind.TABLE:
            continue
        for column in relation.columns.values():
            if column.not_null or column.generated:
                continue
            statement = sql.SQL("UPDATE {} SET {} = NULL").format(
                sql.Identifier(relation.name), sql.Identifier(column.name)
            )
            try:
                with connection.transaction():
                    connection.execute(statement)
            except psycopg.errors.CheckViolation:
                continue
