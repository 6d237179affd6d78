"""Migrations as they stand in their folder."""

from typing import TYPE_CHECKING

from .frozen import frozen
from .source import SourceFile

if TYPE_CHECKING:  # builds have no use for it
    from datetime import datetime


@frozen(kw_only=True)
class Migration:
    """`NNNN_description.up.sql` (or `.sql`) and, where there is one, its `.down.sql`.

    `version` is the digits before the first `_` as a 64-bit integer; `description` the rest of the
    name with `_` as blanks; the checksum is `up.sha384`. `transactional` is false where the first
    line is `-- no-transaction`.
    """

    version: int
    description: str
    up: SourceFile
    down: SourceFile | None
    transactional: bool = True


@frozen(kw_only=True)
class Applied:
    """A row of the ledger, whose form is SQLx's.

    `execution_time` is in nanoseconds. `success` is false for a migration without a transaction
    that stopped half-way: `statements_done` of its statements ran then.
    """

    version: int
    description: str
    installed_on: "datetime"
    success: bool
    checksum: bytes
    execution_time: int

    @property
    def statements_done(self) -> int:
        """How many statements of a stopped migration ran: the execution time is -1 less those."""
        return max(-1 - self.execution_time, 0)
