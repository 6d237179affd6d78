"""Migrations: the files of the folder, and the rows of the ledger."""

from typing import TYPE_CHECKING

from .frozen import frozen
from .source import SourceFile

if TYPE_CHECKING:  # a build does not need it
    from datetime import datetime


SQUASH_MARKER = "-- The migrations up to "
"""The start of each file that `sqlgen migrate squash` has written."""


@frozen
class SquashedMigration:
    """A migration that another one stands for: its version and the SHA-384 of its up file."""

    version: int
    checksum: bytes


@frozen(kw_only=True)
class Migration:
    """A migration: the file `NNNN_description.up.sql` (or `.sql`), and its `.down.sql` if it has one.

    `version` is the digits before the first `_` as a 64-bit integer. `description` is the rest of
    the name with `_` as spaces. The checksum is `up.sha384`. `transactional` is false if the first
    line is `-- no-transaction`. `squashed` are the migrations that a squashed one stands for, in their
    order; an earlier squashed one follows those that it stands for itself.
    """

    version: int
    description: str
    up: SourceFile
    down: SourceFile | None
    transactional: bool = True
    squashed: tuple[SquashedMigration, ...] = ()

    @property
    def squashed_chains(self) -> tuple[tuple[SquashedMigration, ...], ...]:
        """Return the different migrations by which a database may have the same schema already.

        Those are all that were ever squashed, or an earlier squashed one with those after it.
        """
        starts = [
            number
            for number, one in enumerate(self.squashed)
            if number == 0 or one.version <= self.squashed[number - 1].version
        ]
        return tuple(
            tuple(
                one
                for number, one in enumerate(self.squashed)
                if number >= start and (number == start or number not in starts)
            )
            for start in starts
        )


@frozen(kw_only=True)
class StatementProgress:
    """The progress of a migration without a transaction, statement by statement.

    `done` statements ran. `running` says that the next one was started outside of a transaction:
    if nothing else is recorded, it may have run or not. `reverting` says that they are those of the
    down file. The ledger has no column for this: it stands in `execution_time` as a negative number.
    """

    done: int
    running: bool = False
    reverting: bool = False

    @property
    def time(self) -> int:
        """Return the `execution_time` that stands for this progress."""
        return -1 - self.done - self.running * _RUNNING - self.reverting * _REVERTING

    @staticmethod
    def of_time(execution_time: int) -> "StatementProgress":
        """Return the progress that *execution_time* stands for; none for a time that is not negative."""
        number = max(-1 - execution_time, 0)
        return StatementProgress(
            done=number % _RUNNING,
            running=bool(number & _RUNNING),
            reverting=bool(number & _REVERTING),
        )


_RUNNING = 1 << 32
_REVERTING = 1 << 33


@frozen(kw_only=True)
class Applied:
    """A row of the ledger, with the columns of SQLx's.

    `execution_time` is in nanoseconds. `success` is false for a migration without a transaction
    that stopped half-way; the time is then its `progress`.
    """

    version: int
    description: str
    installed_on: "datetime"
    success: bool
    checksum: bytes
    execution_time: int

    @property
    def progress(self) -> StatementProgress:
        """Return how far a stopped migration came."""
        return StatementProgress.of_time(self.execution_time)
