"""Random writes on random schemas: each constraint that one violates was said to be among its errors.

`SQLGEN_ERROR_EXECUTIONS` is the number of executions (1,000), `SQLGEN_SOUNDNESS_SEED` the seed (1).
"""

import os
import sys
from collections import Counter
from contextlib import suppress
from random import Random

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import database, describe, infer, parse
from sqlgen.model.description import Description
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedQuery
from tests.soundness.writing import Schema, numbered

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
    texts = [numbered(schema.statement()) for _ in range(STATEMENTS)]
    source = "\n".join(f"-- name: q{n} :exec\n{text};" for n, text in enumerate(texts))
    queries = parse.query_file(SourceFile("queries/q.sql", source)).queries
    catalog = describe.catalog(connection)
    typed: list[TypedQuery] = []
    for description in describe.queries(connection, catalog, queries):
        if isinstance(description, Description):
            with suppress(SqlgenError):  # an INSERT that always fails
                typed.append(infer.query(description, catalog))
    return typed


def _execute(
    connection: psycopg.Connection[TupleRow], query: TypedQuery, chance: Random
) -> psycopg.Error | None:
    values = [
        None if p.nullable and chance.random() < 0.3 else chance.randint(0, 5)
        for p in sorted(query.parameters, key=lambda p: p.number)
    ]
    try:
        with connection.transaction(), psycopg.RawCursor(connection) as cursor:
            cursor.execute(query.query.sql.text.encode(), values)
    except psycopg.Error as error:
        return error
    return None


def _names(error: psycopg.Error) -> tuple[str, str] | None:
    """Return the names of the constraint that an error is about, None if it is about none."""
    if not isinstance(error, psycopg.IntegrityError):
        return None
    diag = error.diag
    relation = diag.table_name or diag.datatype_name or ""
    name = diag.column_name or diag.constraint_name or ""
    is_of_partition = "partition" in (diag.message_primary or "") and not name
    return None if is_of_partition else (relation, name)


def _predicted(query: TypedQuery) -> set[tuple[str, str]]:
    return {
        pair
        for violation in query.violations
        for pair in ((violation.relation, violation.name), *violation.aliases)
    }
