"""Migrations, Applied -> MigrationStatus of each; pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..model.migration import Applied, Migration


class MigrationState(StrEnum):
    """The state of a migration, by its file and its row in the ledger."""

    APPLIED = "applied"
    LINE_ENDINGS = "applied, with other line endings"
    PENDING = "pending"
    OUT_OF_ORDER = "pending, but a later one is applied"
    CHANGED = "changed since it was applied"
    MISSING = "applied, but its file is missing"
    STOPPED = "stopped half-way"
    STOPPED_CHANGED = "stopped half-way, and changed since"


DRIFT = frozenset(
    {
        MigrationState.CHANGED,
        MigrationState.MISSING,
        MigrationState.OUT_OF_ORDER,
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
    """Return the status of each migration in the folder or the ledger, by version."""
    files = {m.version: m for m in migrations}
    rows = {a.version: a for a in applied}
    latest = max(rows, default=-1)
    statuses = []
    for version in sorted(files.keys() | rows.keys()):
        file, row = files.get(version), rows.get(version)
        description = file.description if file else row.description if row else ""
        state = _state(file, row, latest)
        statuses.append(MigrationStatus(version, description, state, file, row))
    return tuple(statuses)


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
