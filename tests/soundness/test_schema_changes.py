"""Random queries of rows, built before and run after random changes of the schema.

A statement gives the same rows, or fails because a column is missing. It never has a value in the field
of another column. `SQLGEN_SOUNDNESS_QUERIES` and `SQLGEN_SOUNDNESS_SEED` are as in `test_random`.
"""

import sys
from collections import Counter
from random import Random

import psycopg
import pytest
from psycopg.pq import DiagnosticField, ExecStatus

from sqlgen import database, describe
from sqlgen.model.catalog import Catalog
from tests.soundness.claims import Claim, Connection, claims, parsed
from tests.soundness.row_queries import SCHEMA, RowQueries, SchemaChanges
from tests.soundness.test_random import QUERIES, SEED

CHANGES = 12
"""The number of changes that each group of queries runs after."""

GROUP = 100


def test_rows_stay_what_they_were_or_are_refused(
    server: database.Server, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = Random(SEED)
    outcomes: Counter[str] = Counter()
    with database.scratch(server) as connection:
        connection.execute(SCHEMA.encode())
        catalog = describe.catalog(connection)
        for _ in range(max(1, QUERIES // GROUP)):
            group = _accepted(connection, catalog, RowQueries(chance))
            before = [_rows(connection, claim.sql) for claim in group]
            running = [_rows(connection, claim.running) for claim in group]
            assert [
                c.sql for c, a, b in zip(group, before, running, strict=True) if a != b
            ] == []
            for _ in range(CHANGES):
                change, drops = SchemaChanges(chance).change()
                outcomes += _after(connection, change, drops, group, before)
    with capsys.disabled():
        sys.stdout.write(
            f"\nPostgreSQL {server.version}, seed {SEED}: {dict(outcomes)}\n"
        )
    assert outcomes["same"] > outcomes["missing"] > 0


def _accepted(
    connection: Connection, catalog: Catalog, queries: RowQueries
) -> list[Claim]:
    texts = [queries.query() for _ in range(GROUP)]
    outcomes = claims(connection, catalog, [parsed(text) for text in texts])
    # A `tuple[Any, ...]` is what the statement gives: nothing is claimed of its items.
    accepted = [
        outcome
        for outcome in outcomes
        if isinstance(outcome, Claim)
        and not any(
            column.type.name.endswith("record") for column in outcome.query.columns
        )
    ]
    assert len(accepted) > GROUP // 2, [o for o in outcomes if isinstance(o, str)][:5]
    return accepted


def _after(
    connection: Connection,
    change: str,
    drops: bool,
    group: list[Claim],
    before: list[object],
) -> Counter[str]:
    """Run the queries after a change, which is undone; return how many gave what."""
    outcomes: Counter[str] = Counter()
    with connection.transaction(force_rollback=True):
        try:
            connection.execute(change.encode())
        except psycopg.Error:
            return Counter(impossible=1)
        for claim, rows in zip(group, before, strict=True):
            after = _rows(connection, claim.running)
            what = (
                "same"
                if after == rows
                else "missing" if after == MISSING and drops else None
            )
            assert (
                what
            ), f"seed {SEED}: {change}\n{claim.sql}\n{claim.running}\n{rows}\n{after}"
            outcomes[what] += 1
    return outcomes


MISSING = "42703"
"""The SQLSTATE of `undefined_column`."""


def _rows(connection: Connection, statement: str) -> object:
    """Return the rows of a statement in some order, or the SQLSTATE of its error."""
    connection.pgconn.exec_(b"SAVEPOINT before")
    result = connection.pgconn.exec_params(statement.encode(), None)
    if result.status == ExecStatus.FATAL_ERROR:
        connection.pgconn.exec_(b"ROLLBACK TO before")
        return (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
    columns, rows = range(result.nfields), range(result.ntuples)
    return sorted(
        [str([result.get_value(row, column) for column in columns]) for row in rows]
    )
