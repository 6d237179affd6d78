"""Corrects the ledger without running a migration."""

from collections.abc import Sequence

from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.migration import Migration
from . import ledger
from .protocol import Operation, run_statement
from .status import MigrationState, MigrationStatus, compare_with_ledger

_REPAIRABLE = (
    MigrationState.CHANGED,
    MigrationState.STOPPED_CHANGED,
    MigrationState.LINE_ENDINGS,
)


def mark_applied(
    migrations: Sequence[Migration], table: str, to: int
) -> Operation[tuple[Migration, ...]]:
    """Mark the migrations up to version *to* as applied, and return those that were not yet."""
    if all(migration.version != to for migration in migrations):
        raise SqlgenError(
            Diagnostic(
                code="unknown-version",
                message=f"there is no migration of version {to}",
                label=None,
                hint="name the last migration whose changes the database has already",
            )
        )
    name = yield from ledger.ensure(table)
    known = {applied.version for applied in (yield from ledger.read(name))}
    marked = tuple(m for m in migrations if m.version <= to and m.version not in known)
    yield from run_statement("BEGIN")
    for migration in marked:
        yield from ledger.insert(name, migration, success=True, execution_time=0)
    yield from run_statement("COMMIT")
    return marked


def accept_changes(
    migrations: Sequence[Migration], table: str, versions: Sequence[int] | None
) -> Operation[tuple[MigrationStatus, ...]]:
    """Store the checksums of changed files as they are now: of *versions*, or of all (`None`).

    Returns the statuses that the repaired migrations had before.
    """
    name = yield from ledger.ensure(table)
    applied = yield from ledger.read(name)
    repaired = tuple(
        status
        for status in compare_with_ledger(migrations, applied)
        if status.state in _REPAIRABLE
        and (versions is None or status.version in versions)
    )
    yield from run_statement("BEGIN")
    for status in repaired:
        assert status.migration is not None
        yield from ledger.update_checksum(name, status.migration)
    yield from run_statement("COMMIT")
    return repaired
