"""Migrations, Applied -> MigrationStatus of each; pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ...model.migration import Applied, Migration, SquashedMigration


class MigrationState(StrEnum):
    """The state of a migration, by its file and its row in the ledger."""

    APPLIED = "applied"
    LINE_ENDINGS = "applied, with other line endings"
    SQUASHED = "applied, as the migrations that it squashes"
    PENDING = "pending"
    OUT_OF_ORDER = "pending, but a later one is applied"
    CHANGED = "changed since it was applied"
    MISSING = "applied, but its file is missing"
    SQUASHED_PARTLY = "pending, but some of the migrations that it squashes are applied"
    STOPPED = "stopped half-way"
    STOPPED_CHANGED = "stopped half-way, and changed since"


DRIFT = frozenset(
    {
        MigrationState.CHANGED,
        MigrationState.MISSING,
        MigrationState.OUT_OF_ORDER,
        MigrationState.SQUASHED_PARTLY,
        MigrationState.STOPPED_CHANGED,
    }
)
"""The states in which files and ledger contradict each other, so that a person has to decide."""


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """The state of one version, with its file and its row in the ledger.

    `migration` is `None` if the file is missing, `applied` if the ledger has no row.
    """

    version: int
    description: str
    state: MigrationState
    migration: Migration | None
    applied: Applied | None


def compare_with_ledger(
    migrations: Sequence[Migration], applied: Sequence[Applied]
) -> tuple[MigrationStatus, ...]:
    """Return the status of each migration in the folder or the ledger, by version.

    Rows of migrations that a squashed one stands for have no status of their own.
    """
    files = {m.version: m for m in migrations}
    rows = {a.version: a for a in applied}
    latest = max(rows, default=-1)
    squashed: dict[int, MigrationState] = {}
    for migration in migrations:
        if state := _squashed_state(migration, rows):
            squashed[migration.version] = state
            for one in migration.squashed:
                if one.version not in files:
                    rows.pop(one.version, None)
    statuses = []
    for version in sorted(files.keys() | rows.keys()):
        file, row = files.get(version), rows.get(version)
        description = file.description if file else row.description if row else ""
        state = squashed.get(version) or _state(file, row, latest)
        statuses.append(MigrationStatus(version, description, state, file, row))
    return tuple(statuses)


def has_squashed(
    migration: Migration, rows: Mapping[int, Applied]
) -> tuple[SquashedMigration, ...]:
    """Return the migrations that *migration* stands for, if the database has them all, else none."""
    for chain in migration.squashed_chains:
        if all(_is_row_of(rows.get(one.version), one) for one in chain):
            return chain
    return ()


def _squashed_state(
    migration: Migration, rows: Mapping[int, Applied]
) -> MigrationState | None:
    """Return the state of a squashed migration; `None` if its own row, or none, tells it."""
    own = rows.get(migration.version)
    if own is not None and own.checksum == migration.up.sha384:
        return None
    if has_squashed(migration, rows):
        return MigrationState.SQUASHED
    some = any(one.version in rows for one in migration.squashed)
    return MigrationState.SQUASHED_PARTLY if some else None


def _is_row_of(row: Applied | None, squashed: SquashedMigration) -> bool:
    return row is not None and row.success and row.checksum == squashed.checksum


def _state(
    migration: Migration | None, applied: Applied | None, latest: int
) -> MigrationState:
    if migration is None:
        return MigrationState.MISSING
    if applied is None:
        is_early = migration.version < latest
        return MigrationState.OUT_OF_ORDER if is_early else MigrationState.PENDING
    same = applied.checksum == migration.up.sha384
    if not applied.success:
        return MigrationState.STOPPED if same else MigrationState.STOPPED_CHANGED
    if same:
        return MigrationState.APPLIED
    if applied.checksum in _checksums(migration.up.text):
        return MigrationState.LINE_ENDINGS
    return MigrationState.CHANGED


def _checksums(text: str) -> set[bytes]:
    """Return the checksums of *text* with either line ending, and with or without a BOM."""
    lines = text.replace("\r\n", "\n")
    return {
        hashlib.sha384((mark + variant).encode()).digest()
        for variant in (lines, lines.replace("\n", "\r\n"))
        for mark in ("", "\ufeff")
    }
