"""Corrects the ledger without running a migration."""

from collections.abc import Sequence
from dataclasses import replace

from ...model.diagnostic import Diagnostic, SqlgenError
from ...model.migration import Migration
from ..sessions.protocol import Operation, run_statement
from . import ledger, resumption
from .status import (
    MigrationState,
    MigrationStatus,
    compare_with_ledger,
    has_squashed,
)

_REPAIRABLE = (
    MigrationState.CHANGED,
    MigrationState.STOPPED_CHANGED,
    MigrationState.LINE_ENDINGS,
    MigrationState.SQUASHED,
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

    The rows of squashed migrations are replaced by one of the migration that stands for them. Returns
    the statuses that the repaired migrations had before.
    """
    name = yield from ledger.ensure(table)
    applied = yield from ledger.read(name)
    repaired = tuple(
        status
        for status in compare_with_ledger(migrations, applied)
        if (status.state in _REPAIRABLE or _is_reverting(status))
        and (versions is None or status.version in versions)
    )
    yield from run_statement("BEGIN")
    for status in repaired:
        assert status.migration is not None
        if status.state is MigrationState.SQUASHED:
            rows = {row.version: row for row in applied}
            for one in has_squashed(status.migration, rows):
                yield from ledger.delete(name, one.version)
            yield from ledger.insert(
                name, status.migration, success=True, execution_time=0
            )
            continue
        yield from ledger.update_checksum(name, status.migration)
        if _is_reverting(status):
            yield from _accept_down_file(name, status.migration)
    yield from run_statement("COMMIT")
    return repaired


def _is_reverting(status: MigrationStatus) -> bool:
    return status.applied is not None and status.applied.progress.reverting


def _accept_down_file(name: ledger.Ledger, migration: Migration) -> Operation[None]:
    """Store the checksum of a down file that stopped half-way as it is now."""
    stored = yield from resumption.read(name, migration.version)
    checksum = migration.down.sha384 if migration.down else None
    accepted = replace(stored, down_checksum=checksum)
    yield from resumption.save(name, migration.version, accepted)
