"""Reverts migrations: each down file with its row's deletion, or neither."""

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
    """Revert the last migrations, under the lock."""
    name = yield from ledger.ensure(table)
    applied = yield from ledger.read(name)
    pending = plan_revert(compare_with_ledger(migrations, applied), steps=steps, to=to)
    log_warnings(pending)
    done = []
    for item in pending.standings:
        assert item.migration is not None
        LOGGER.info("reverting migration %d (%s)", item.version, item.description)
        start = time.monotonic_ns()
        yield from _revert(name, item.migration)
        yield from run_statement(RESET_SESSION)
        done.append(MigrationRun(item.migration, (time.monotonic_ns() - start) / 1e9))
        progress(done[-1])
    return tuple(done)


def _revert(name: sql.Identifier, migration: Migration) -> Operation[None]:
    source = migration.down
    assert source is not None
    if source.text.startswith("-- no-transaction"):
        yield from _by_statement(source)
        yield from run_statement(RESET_SESSION)
        yield from ledger.delete(name, migration.version)
    else:
        yield from in_transaction(
            source, lambda: ledger.delete(name, migration.version)
        )


def _by_statement(source: SourceFile) -> Operation[None]:
    for start, end in parse.statements(source.text):
        failure = yield from run_script(source.text[start:end])
        if failure is not None:
            raise SqlgenError(
                diagnose_failure(
                    failure.error, source, ((start, end),), 0, offset=start
                )
            )
