"""The workflow of migrations on one database, as the command line runs it.

Every function takes a connection string, opens connections of its own, and raises `SqlgenError`
for what is wrong with the migrations and `ServerUnavailableError` if the database cannot be
reached. The ledger is *table*, its schema before a dot if it has one. *lock_timeout* is in seconds.
"""

from collections.abc import Callable, Sequence

from ..model.migration import Migration
from . import ledger
from .apply import MigrationRun, apply_pending
from .ledger import TABLE
from .lock import with_lock
from .pending import MigrationPlan, Resume, plan_apply
from .protocol import Operation, run_operation
from .repair import accept_changes, mark_applied
from .revert import revert_last
from .status import MigrationStatus, compare_with_ledger

LOCK_TIMEOUT = 60.0


def up(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    table: str = TABLE,
    lock_timeout: float = LOCK_TIMEOUT,
    to: int | None = None,
    allow_out_of_order: bool = False,
    ignore_missing: bool = False,
    resume: Resume | None = None,
    progress: Callable[[MigrationRun], None] = lambda _: None,
) -> tuple[MigrationRun, ...]:
    """Apply the pending migrations in order, up to version *to*, each in its own transaction.

    All checks come before anything runs. *ignore_missing* accepts a database that is newer than
    *migrations*. *resume* says what to do with a statement that may have
    run or not. *progress* is called after each migration.
    """
    operation = apply_pending(
        migrations,
        table,
        to=to,
        allow_out_of_order=allow_out_of_order,
        ignore_missing=ignore_missing,
        resume=resume,
        progress=progress,
    )
    return run_operation(conninfo, with_lock(operation, lock_timeout))


def down(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    table: str = TABLE,
    lock_timeout: float = LOCK_TIMEOUT,
    steps: int = 1,
    to: int | None = None,
    progress: Callable[[MigrationRun], None] = lambda _: None,
) -> tuple[MigrationRun, ...]:
    """Revert the last *steps* migrations, or all that are later than version *to* (0: all)."""
    operation = revert_last(migrations, table, steps=steps, to=to, progress=progress)
    return run_operation(conninfo, with_lock(operation, lock_timeout))


def status(
    conninfo: str, migrations: Sequence[Migration], *, table: str = TABLE
) -> tuple[MigrationStatus, ...]:
    """Return the status of each migration. Reads only, and takes no lock."""
    return run_operation(conninfo, _read_statuses(migrations, table))


def dry_run(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    table: str = TABLE,
    to: int | None = None,
    allow_out_of_order: bool = False,
    ignore_missing: bool = False,
) -> MigrationPlan:
    """Return what `up` would do, after the same checks. Reads only, and takes no lock."""
    statuses = status(conninfo, migrations, table=table)
    return plan_apply(
        statuses,
        to=to,
        allow_out_of_order=allow_out_of_order,
        ignore_missing=ignore_missing,
    )


def baseline(
    conninfo: str,
    migrations: Sequence[Migration],
    to: int,
    *,
    table: str = TABLE,
    lock_timeout: float = LOCK_TIMEOUT,
) -> tuple[Migration, ...]:
    """Mark the migrations up to version *to* as applied without running them.

    Returns those that were not marked yet.
    """
    operation = mark_applied(migrations, table, to)
    return run_operation(conninfo, with_lock(operation, lock_timeout))


def repair(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    versions: Sequence[int] | None = None,
    table: str = TABLE,
    lock_timeout: float = LOCK_TIMEOUT,
) -> tuple[MigrationStatus, ...]:
    """Store the checksums of changed files as they are now, all or only those of *versions*.

    Returns the statuses that the repaired migrations had before.
    """
    operation = accept_changes(migrations, table, versions)
    return run_operation(conninfo, with_lock(operation, lock_timeout))


def _read_statuses(
    migrations: Sequence[Migration], table: str
) -> Operation[tuple[MigrationStatus, ...]]:
    name = yield from ledger.find_own(table)
    return compare_with_ledger(migrations, (yield from ledger.read(name)))
