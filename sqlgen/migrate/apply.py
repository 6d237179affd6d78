"""Applies pending migrations: each together with its row in the ledger, or neither."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.migration import Migration
from .ledgers import ledger, resumption
from .ledgers.ledger import Ledger
from .ledgers.pending import MigrationPlan, Resume, plan_apply
from .ledgers.status import MigrationStatus, compare_with_ledger
from .scripts.by_statement import StatementRun
from .scripts.transaction import LockPatience, in_transaction
from .sessions.protocol import Operation, run_statement
from .sessions.session import reset_session

LOGGER = logging.getLogger("sqlgen.migrate")


@dataclass(frozen=True, slots=True)
class MigrationRun:
    """A migration that was applied or reverted, and how many seconds that took."""

    migration: Migration
    seconds: float


def apply_pending(
    migrations: Sequence[Migration],
    table: str,
    *,
    to: int | None,
    allow_out_of_order: bool,
    ignore_missing: bool,
    progress: Callable[[MigrationRun], None],
    resume: Resume | None = None,
    patience: LockPatience | None = None,
) -> Operation[tuple[MigrationRun, ...]]:
    """Apply the pending migrations up to version *to* (`None`: all), in order.

    The caller holds the lock. *progress* is called after each migration. *patience* is that of files that
    run in a transaction.
    """
    name = yield from ledger.ensure(table)
    applied = yield from ledger.read(name)
    statuses = compare_with_ledger(migrations, applied)
    plan = plan_apply(
        statuses,
        to=to,
        allow_out_of_order=allow_out_of_order,
        ignore_missing=ignore_missing,
        resume=resume,
    )
    log_warnings(plan)
    yield from reset_session()
    runs: list[MigrationRun] = []
    for status in plan.statuses:
        migration = status.migration
        assert migration is not None
        LOGGER.info("applying migration %d (%s)", status.version, status.description)
        start = time.monotonic_ns()
        try:
            if migration.transactional:
                yield from _apply_in_transaction(name, migration, start, patience)
            else:
                yield from _apply_by_statement(name, status, migration, start, resume)
        except SqlgenError as error:
            if applied or runs:
                raise
            raise SqlgenError(*map(_with_baseline, error.diagnostics)) from None
        yield from reset_session()
        run = MigrationRun(migration, (time.monotonic_ns() - start) / 1e9)
        LOGGER.info("applied migration %d in %.3f s", status.version, run.seconds)
        runs.append(run)
        progress(run)
    return tuple(runs)


def _with_baseline(diagnostic: Diagnostic) -> Diagnostic:
    """Return the error of a first migration with what to do if its objects are there already."""
    if diagnostic.code not in _EXISTS:
        return diagnostic
    hint = (
        "if the database has the migrations' schema by other means, record that with"
        " `sqlgen migrate baseline N`"
    )
    return replace(diagnostic, hint=hint)


# duplicate_table, duplicate_object, duplicate_schema, duplicate_function
_EXISTS = {"42P07", "42710", "42P06", "42723"}


def log_warnings(plan: MigrationPlan) -> None:
    """Log the plan's warnings, before anything runs."""
    for warning in plan.warnings:
        LOGGER.warning("%s; %s", warning.message, warning.hint)


def _apply_in_transaction(
    name: Ledger, migration: Migration, start: int, patience: LockPatience | None
) -> Operation[None]:
    yield from in_transaction(
        migration.up,
        lambda: ledger.insert(name, migration, success=True),
        patience,
    )
    elapsed = time.monotonic_ns() - start
    yield from ledger.update(
        name, migration.version, success=True, execution_time=elapsed
    )


def _apply_by_statement(
    name: Ledger,
    status: MigrationStatus,
    migration: Migration,
    start: int,
    resume: Resume | None,
) -> Operation[None]:
    """Run the statements one by one outside of a transaction, from where an earlier run stopped."""
    run = StatementRun(name, migration.version, migration.up, reverting=False)
    if status.applied is None:
        yield from ledger.insert(name, migration, success=False)
    else:
        skipped = resume is Resume.SKIP
        run.done = status.applied.progress.done + skipped
        LOGGER.info(
            "migration %d goes on after statement %d", migration.version, run.done
        )
    yield from run.run()
    yield from reset_session()
    elapsed = time.monotonic_ns() - start
    yield from run_statement("BEGIN")
    yield from resumption.clear(name, migration.version)
    yield from ledger.update(
        name, migration.version, success=True, execution_time=elapsed
    )
    yield from run_statement("COMMIT")
