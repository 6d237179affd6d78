"""The modes of PostgreSQL's table-level locks, and what each keeps waiting; pure.

The conflicts are those of manual 13.3.1, "Conflicting Lock Modes".
"""

from collections.abc import Iterable
from enum import Enum


class LockMode(Enum):
    """A mode of a lock, as `pg_locks` names it; from the weakest to the strongest."""

    ACCESS_SHARE = "AccessShareLock"
    ROW_SHARE = "RowShareLock"
    ROW_EXCLUSIVE = "RowExclusiveLock"
    SHARE_UPDATE_EXCLUSIVE = "ShareUpdateExclusiveLock"
    SHARE = "ShareLock"
    SHARE_ROW_EXCLUSIVE = "ShareRowExclusiveLock"
    EXCLUSIVE = "ExclusiveLock"
    ACCESS_EXCLUSIVE = "AccessExclusiveLock"

    def __str__(self) -> str:
        """Return the mode as the manual writes it."""
        return self.name.replace("_", " ")

    @property
    def strength(self) -> int:
        """Return the place of the mode in the order of strength, from 0."""
        return _ORDER.index(self)

    @property
    def blocks_reads(self) -> bool:
        """Return whether SELECT waits for it."""
        return self.keeps_waiting(LockMode.ACCESS_SHARE)

    @property
    def blocks_writes(self) -> bool:
        """Return whether INSERT, UPDATE and DELETE wait for it."""
        return self.keeps_waiting(LockMode.ROW_EXCLUSIVE)

    def keeps_waiting(self, wanted: "LockMode") -> bool:
        """Return whether a statement that wants another mode, one of a query's, waits for this one."""
        return self.strength >= _WAITS_FROM[wanted].strength


_ORDER = tuple(LockMode)

_WAITS_FROM = {
    LockMode.ACCESS_SHARE: LockMode.ACCESS_EXCLUSIVE,
    LockMode.ROW_SHARE: LockMode.EXCLUSIVE,
    LockMode.ROW_EXCLUSIVE: LockMode.SHARE,
}
"""The weakest mode that keeps each mode of SELECT, SELECT FOR UPDATE and INSERT waiting; all stronger ones do too."""


def strongest(modes: Iterable[LockMode]) -> LockMode:
    """Return the strongest of some modes."""
    return max(modes, key=lambda mode: mode.strength)
