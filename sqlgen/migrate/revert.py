"""Reverts migrations: each down file together with the deletion of its row, or neither."""

import logging
import time
from collections.abc import Callable, Sequence

from psycopg import sql

from .. import parse
from ..model.diagnostic import SqlgenError
from ..model.migration import Migration
from ..model.source import SourceFile
from . import ledger
from .apply import MigrationRun, in_transaction, log_warnings
from .execute import RESET_SESSION
from .failures import diagnose_failure
from .pending import plan_revert
from .protocol import Operation, run_script, run_statement
from .status import compare_with_ledger

LOGGER = logging.getLogger("sqlgen.migrate")


def revert_last(
    migrations: Sequence[Migration],
    table: str,
    *,
    steps: int,
    to: int | None,
    progress: Callable[[MigrationRun], None],
) -> Operation[tuple[MigrationRun, ...]]:
    """Revert the last *steps* migrations, or all later than version *to*, the last one first.

    The caller holds the lock. *progress* is called after each migration.
    """
    name = yield from ledger.ensure(table)
    applied = yield from ledger.read(name)
    plan = plan_revert(compare_with_ledger(migrations, applied), steps=steps, to=to)
    log_warnings(plan)
    runs = []
    for migration in plan.migrations:
        LOGGER.info(
            "reverting migration %d (%s)", migration.version, migration.description
        )
        start = time.monotonic_ns()
        yield from _revert(name, migration)
        yield from run_statement(RESET_SESSION)
        run = MigrationRun(migration, (time.monotonic_ns() - start) / 1e9)
        runs.append(run)
        progress(run)
    return tuple(runs)


def _revert(name: sql.Identifier, migration: Migration) -> Operation[None]:
    source = migration.down
    assert source is not None
    deletion = ledger.delete(name, migration.version)
    if source.text.startswith("-- no-transaction"):
        yield from _run_by_statement(source)
        yield from run_statement(RESET_SESSION)
        yield from deletion
    else:
        yield from in_transaction(source, deletion)


def _run_by_statement(source: SourceFile) -> Operation[None]:
    for start, end in parse.statements(source.text):
        failure = yield from run_script(source.text[start:end])
        if failure is not None:
            raise SqlgenError(
                diagnose_failure(
                    failure.error, source, ((start, end),), 0, offset=start
                )
            )
