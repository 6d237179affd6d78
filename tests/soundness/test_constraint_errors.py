"""Random writes on random schemas: each constraint that one violates was said to be among its errors.

`SQLGEN_ERROR_EXECUTIONS` is the number of executions (1,000), `SQLGEN_SOUNDNESS_SEED` the seed (1).
"""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.rows import TupleRow

from sqlgen import database, describe, infer, parse
from sqlgen.model.description import Description
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.query import Query
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedParameter, TypedQuery
from tests.soundness.varying import absent, variants
from tests.soundness.writing import Schema, Statement

EXECUTIONS = int(os.environ.get("SQLGEN_ERROR_EXECUTIONS", "1000"))
SEED = int(os.environ.get("SQLGEN_SOUNDNESS_SEED", "1"))
STATEMENTS = 40
ROUNDS = 6


def test_random_writes_violate_only_what_is_predicted(
    server: database.Server, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = Random(SEED)
    executions = 0
    seen: Counter[str] = Counter()
    predicted: set[tuple[int, str]] = set()
    observed: set[tuple[int, str]] = set()
    with database.scratch(server) as connection:
        while executions < EXECUTIONS:
            schema = Schema(chance, connection.info.server_version)
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            _create(connection, schema)
            queries = _typed(connection, schema)
            # What is deferred to COMMIT is never checked.
            with connection.transaction(force_rollback=True):
                first = executions
                for number in range(ROUNDS * len(queries)):
                    query = queries[number % len(queries)]
                    error = _execute(connection, query, chance)
                    executions += 1
                    key = first + number % len(queries)
                    predicted |= {(key, v.name) for v in query.violations}
                    if error is None:
                        seen["no error"] += 1
                        continue
                    seen[type(error).__name__] += 1
                    names = _names(error)
                    if names is None or query.unknown_effects:
                        continue
                    observed.add((key, names[1]))
                    assert names in _predicted(query), (
                        f"seed {SEED}: {error}\n{names} is not among {_predicted(query)}\n"
                        f"{query.query.sql.text}\n" + ";\n".join(schema.statements)
                    )
    with capsys.disabled():
        sys.stdout.write(
            f"\nPostgreSQL {server.version}, seed {SEED}: {executions} executions, {dict(seen)};"
            f" {len(observed)} of {len(predicted)} predicted pairs of query and constraint seen\n"
        )
    assert {"CheckViolation", "ForeignKeyViolation", "NotNullViolation"} <= seen.keys()
    assert seen["no error"] > executions / 10


def _create(connection: psycopg.Connection[TupleRow], schema: Schema) -> None:
    """Run the statements; those that PostgreSQL refuses are left out."""
    for statement in schema.statements:
        with suppress(psycopg.ProgrammingError, psycopg.NotSupportedError):
            connection.execute(statement.encode())


def _typed(
    connection: psycopg.Connection[TupleRow], schema: Schema
) -> list[TypedQuery]:
    queries = [_parsed(schema.statement()) for _ in range(STATEMENTS)]
    catalog = describe.catalog(connection)
    typed: list[TypedQuery] = []
    for description in describe.queries(connection, catalog, queries):
        if isinstance(description, Description):
            with suppress(SqlgenError):  # an INSERT that always fails, nothing to set
                typed.append(infer.query(description, catalog))
    return typed


def _parsed(statement: Statement) -> Query:
    """Return the query, which does not vary where its directives are refused."""

    def query(directives: str) -> Query:
        text = f"-- name: q :exec\n{directives}{statement.text};"
        return parse.query_file(SourceFile("queries/q.sql", text)).queries[0]

    try:
        return query(statement.directives)
    except SqlgenError:  # a part with a parameter that each call gives
        return query("")


def _execute(
    connection: psycopg.Connection[TupleRow], query: TypedQuery, chance: Random
) -> psycopg.Error | None:
    left_out = {
        number
        for part in query.query.parts
        if chance.random() < 0.5
        for number in part.parameters
    }
    values = [_value(query, p, p.number in left_out, chance) for p in query.parameters]
    statement: str = query.query.sql.text
    arguments: Sequence[Any] = values
    if query.query.parts:
        statement, arguments = variants(query).given(*values)
    try:
        with connection.transaction(), psycopg.RawCursor(connection) as cursor:
            cursor.execute(statement.encode(), arguments)
    except psycopg.Error as error:
        return error
    return None


def _value(
    query: TypedQuery, parameter: TypedParameter, is_left_out: bool, chance: Random
) -> Any:
    if is_left_out:
        return absent(query, parameter)
    if parameter.nullable and chance.random() < 0.3:
        return None
    return chance.randint(0, 5)


def _names(error: psycopg.Error) -> tuple[str, str] | None:
    """Return the names of the constraint that an error is about, None if it is about none."""
    diag = error.diag
    if isinstance(error, errors.WithCheckOptionViolation):
        return (diag.message_primary or "").split('"')[1], ""
    if not isinstance(error, psycopg.IntegrityError):
        return None
    relation = diag.table_name or diag.datatype_name or ""
    name = diag.column_name or diag.constraint_name or ""
    is_of_partition = "partition" in (diag.message_primary or "") and not name
    return None if is_of_partition else (relation, name)


def _predicted(query: TypedQuery) -> set[tuple[str, ...]]:
    return {pair for violation in query.violations for pair in violation.reported_as}
