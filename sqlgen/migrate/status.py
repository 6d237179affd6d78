"""Migrations, Applied -> how each of them stands; pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..model.migration import Applied, Migration


class MigrationState(StrEnum):
    """How a migration stands between its folder and the ledger."""

    APPLIED = "applied"
    LINE_ENDINGS = "applied, with other line ends"
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
"""What needs somebody to decide."""


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """A migration of the folder (None if its file is missing), of the ledger (None if not yet)."""

    version: int
    description: str
    state: MigrationState
    migration: Migration | None
    applied: Applied | None


def compare_with_ledger(
    migrations: Sequence[Migration], applied: Sequence[Applied]
) -> tuple[MigrationStatus, ...]:
    """How each migration stands, by version."""
    files = {m.version: m for m in migrations}
    rows = {a.version: a for a in applied}
    latest = max(rows, default=-1)
    found = []
    for version in sorted(files.keys() | rows.keys()):
        file, row = files.get(version), rows.get(version)
        description = file.description if file else row.description if row else ""
        state = _state(file, row, latest)
        found.append(MigrationStatus(version, description, state, file, row))
    return tuple(found)


def _state(
    migration: Migration | None, applied: Applied | None, latest: int
) -> MigrationState:
    if migration is None:
        return MigrationState.MISSING
    if applied is None:
        return (
            MigrationState.OUT_OF_ORDER
            if migration.version < latest
            else MigrationState.PENDING
        )
    same = applied.checksum == migration.up.sha384
    if not applied.success:
        return MigrationState.STOPPED if same else MigrationState.STOPPED_CHANGED
    if same:
        return MigrationState.APPLIED
    if applied.checksum in _checksums(migration.up.text):
        return MigrationState.LINE_ENDINGS
    return MigrationState.CHANGED


def _checksums(text: str) -> set[bytes]:
    """The checksums of *text* with either line end, with or without a byte order mark."""
    lines = text.replace("\r\n", "\n")
    return {
        hashlib.sha384((mark + variant).encode()).digest()
        for variant in (lines, lines.replace("\n", "\r\n"))
        for mark in ("", "\ufeff")
    }
