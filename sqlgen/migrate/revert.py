"""Reverts migrations: each down file together with the deletion of its row, or neither."""

import logging
import time
from collections.abc import Callable, Sequence

from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.migration import Migration
from ..model.source import Span
from .apply import MigrationRun, log_warnings
from .ledgers import ledger, resumption
from .ledgers.ledger import Ledger
from .ledgers.pending import plan_revert
from .ledgers.status import MigrationStatus, compare_with_ledger
from .scripts.by_statement import StatementRun
from .scripts.transaction import LockPatience, in_transaction
from .sessions.protocol import Operation, run_statement
from .sessions.session import reset_session

LOGGER = logging.getLogger("sqlgen.migrate")


def revert_last(
    migrations: Sequence[Migration],
    table: str,
    *,
    steps: int,
    to: int | None,
    ignore_missing: bool = False,
    progress: Callable[[MigrationRun], None],
    patience: LockPatience | None = None,
) -> Operation[tuple[MigrationRun, ...]]:
    """Revert the last *steps* migrations, or all later than version *to*, the last one first.

    *ignore_missing* passes over what is applied and has no file. The caller holds the lock. *progress* is
    called after each migration. *patience* is that of files that run in a transaction.
    """
    name = yield from ledger.ensure(table)
    applied = yield from ledger.read(name)
    plan = plan_revert(
        compare_with_ledger(migrations, applied),
        steps=steps,
        to=to,
        ignore_missing=ignore_missing,
    )
    log_warnings(plan)
    runs = []
    yield from reset_session()
    for status in plan.statuses:
        migration = status.migration
        assert migration is not None
        LOGGER.info(
            "reverting migration %d (%s)", migration.version, migration.description
        )
        start = time.monotonic_ns()
        yield from _revert(name, status, patience)
        yield from reset_session()
        run = MigrationRun(migration, (time.monotonic_ns() - start) / 1e9)
        runs.append(run)
        progress(run)
    return tuple(runs)


def _revert(
    name: Ledger, status: MigrationStatus, patience: LockPatience | None
) -> Operation[None]:
    migration = status.migration
    assert migration is not None
    source = migration.down
    assert source is not None
    if not source.text.startswith("-- no-transaction"):
        version = migration.version
        yield from in_transaction(
            source, lambda: ledger.delete(name, version), patience
        )
        return
    run = StatementRun(name, migration.version, source, reverting=True)
    assert status.applied is not None
    if status.applied.progress.reverting:
        run.done = status.applied.progress.done
        stored = yield from resumption.read(name, migration.version)
        if stored.down_checksum not in (None, source.sha384):
            raise SqlgenError(_changed(status, run.done))
    else:
        started = resumption.Resumption(down_checksum=source.sha384)
        yield from resumption.save(name, migration.version, started)
    yield from run.run()
    yield from reset_session()
    yield from run_statement("BEGIN")
    yield from resumption.clear(name, migration.version)
    yield from ledger.delete(name, migration.version)
    yield from run_statement("COMMIT")


def _changed(status: MigrationStatus, done: int) -> Diagnostic:
    assert status.migration is not None
    assert status.migration.down is not None
    return Diagnostic(
        code="stopped-migration",
        message=f"the down file of migration {status.version} (`{status.description}`) stopped"
        f" after {done} of its statements, and has changed since",
        label=Label(Span(status.migration.down, 0, 0)),
        hint=f"if its first {done} statements are unchanged, accept the file with"
        " `sqlgen migrate repair`, and `sqlgen migrate down` runs the rest",
    )
