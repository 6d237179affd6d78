"""Migrations: the files of the folder, and the rows of the ledger."""

from typing import TYPE_CHECKING

from .frozen import frozen
from .source import SourceFile

if TYPE_CHECKING:  # a build does not need it
    from datetime import datetime


@frozen(kw_only=True)
class Migration:
    """A migration: the file `NNNN_description.up.sql` (or `.sql`), and its `.down.sql` if it has one.

    `version` is the digits before the first `_` as a 64-bit integer. `description` is the rest of
    the name with `_` as spaces. The checksum is `up.sha384`. `transactional` is false if the first
    line is `-- no-transaction`.
    """

    version: int
    description: str
    up: SourceFile
    down: SourceFile | None
    transactional: bool = True


@frozen(kw_only=True)
class Applied:
    """A row of the ledger, with the columns of SQLx's.

    `execution_time` is in nanoseconds. `success` is false for a migration without a transaction
    that stopped half-way, after `statements_done` of its statements.
    """

    version: int
    description: str
    installed_on: "datetime"
    success: bool
    checksum: bytes
    execution_time: int

    @property
    def statements_done(self) -> int:
        """Return how many statements of a stopped migration ran: *n* for the time `-1 - n`."""
        return max(-1 - self.execution_time, 0)
