"""The workflow of migrations on one database, as the command line runs it.

Every function takes a connection string, opens connections of its own, and raises `SqlgenError`
for what is wrong with the migrations and `ServerUnavailableError` if the database cannot be
reached. The ledger is *table*, its schema before a dot if it has one. *lock_timeout*, for the lock that
keeps other migrations out, is in seconds. So is *statement_lock_timeout*, after which a transaction that waits
for a table is rolled back and tried again; `None` waits for as long as the server lets it.
With *schema*, all is done in that schema, which has a ledger of its own; `up` creates it if need be.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..model.migration import Migration
from .apply import MigrationRun, apply_pending
from .ledgers import ledger
from .ledgers.ledger import TABLE, Ledger
from .ledgers.pending import MigrationPlan, Resume, plan_apply
from .ledgers.repair import accept_changes, mark_applied
from .ledgers.status import MigrationStatus, compare_with_ledger
from .revert import revert_last
from .scripts.transaction import LockPatience
from .sessions.protocol import Operation, ResultT, run_operation, run_statement
from .sessions.schemas import check_schema, run_locked

LOCK_TIMEOUT = 60.0


def up(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    table: str = TABLE,
    schema: str | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
    statement_lock_timeout: float | None = None,
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
        patience=patience(statement_lock_timeout),
    )
    return _run(conninfo, operation, table, schema, lock_timeout, create=True)


def down(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    table: str = TABLE,
    schema: str | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
    statement_lock_timeout: float | None = None,
    steps: int = 1,
    to: int | None = None,
    ignore_missing: bool = False,
    progress: Callable[[MigrationRun], None] = lambda _: None,
) -> tuple[MigrationRun, ...]:
    """Revert the last *steps* migrations, or all that are later than version *to* (0: all).

    *ignore_missing* passes over applied migrations that have no file.
    """
    operation = revert_last(
        migrations,
        table,
        steps=steps,
        to=to,
        ignore_missing=ignore_missing,
        progress=progress,
        patience=patience(statement_lock_timeout),
    )
    return _run(conninfo, operation, table, schema, lock_timeout)


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """The status of each migration by one ledger.

    `ledger` is `None` if there is none yet, in the schema `schema`, in which it would be made. That is
    `None` if the search path has no schema that exists.
    """

    ledger: Ledger | None
    schema: str | None
    statuses: tuple[MigrationStatus, ...]


def ledger_status(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    table: str = TABLE,
    schema: str | None = None,
) -> LedgerStatus:
    """Return which ledger there is, and the status of each migration by it.

    Reads only, and takes no lock.
    """
    if schema is not None:
        check_schema(schema, table)
    return run_operation(conninfo, _read_statuses(migrations, table, schema))


def status(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    table: str = TABLE,
    schema: str | None = None,
) -> tuple[MigrationStatus, ...]:
    """Return the status of each migration. Reads only, and takes no lock."""
    return ledger_status(conninfo, migrations, table=table, schema=schema).statuses


def dry_run(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    table: str = TABLE,
    schema: str | None = None,
    to: int | None = None,
    allow_out_of_order: bool = False,
    ignore_missing: bool = False,
) -> MigrationPlan:
    """Return what `up` would do, after the same checks. Reads only, and takes no lock."""
    statuses = status(conninfo, migrations, table=table, schema=schema)
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
    schema: str | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> tuple[Migration, ...]:
    """Mark the migrations up to version *to* as applied without running them.

    Returns those that were not marked yet.
    """
    operation = mark_applied(migrations, table, to)
    return _run(conninfo, operation, table, schema, lock_timeout)


def repair(
    conninfo: str,
    migrations: Sequence[Migration],
    *,
    versions: Sequence[int] | None = None,
    table: str = TABLE,
    schema: str | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> tuple[MigrationStatus, ...]:
    """Store the checksums of changed files as they are now, all or only those of *versions*.

    Returns the statuses that the repaired migrations had before.
    """
    operation = accept_changes(migrations, table, versions)
    return _run(conninfo, operation, table, schema, lock_timeout)


def patience(statement_lock_timeout: float | None) -> LockPatience | None:
    """Return how patient the statements of a file are; `None` if they wait without end."""
    if statement_lock_timeout is None:
        return None
    return LockPatience(statement_lock_timeout)


def _read_statuses(
    migrations: Sequence[Migration], table: str, schema: str | None
) -> Operation[LedgerStatus]:
    name = yield from ledger.find_own(table, schema)
    statuses = compare_with_ledger(migrations, (yield from ledger.read(name)))
    if schema is None and not (schema := table.rpartition(".")[0]):
        ((schema,),) = yield from run_statement("SELECT pg_catalog.current_schema()")
    return LedgerStatus(name, name.schema if name else schema, statuses)


def _run(
    conninfo: str,
    operation: Operation[ResultT],
    table: str,
    schema: str | None,
    lock_timeout: float,
    *,
    create: bool = False,
) -> ResultT:
    if schema is not None:
        check_schema(schema, table)
    return run_locked(conninfo, operation, lock_timeout, schema=schema, create=create)
