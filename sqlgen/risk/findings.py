"""The findings about migrations: what keeps queries waiting, and for how long."""

from enum import StrEnum
from typing import Final

from ..model.frozen import frozen
from ..model.source import Span
from .effects import KnownRelation, Work
from .lock_modes import LockMode


class RiskCode(StrEnum):
    """The kinds of findings, the gravest first. `-- sqlgen: allow CODE` allows one for a file."""

    TABLE_REWRITE = "table-rewrite"
    TABLE_SCAN = "table-scan"
    BLOCKING_INDEX = "blocking-index"
    LOCK_HELD = "lock-held"
    BULK_UPDATE = "bulk-update"
    SEVERAL_LOCKS = "several-locks"
    LOCKS_NOT_MEASURED = "locks-not-measured"
    SCANS_NOT_MEASURED = "scans-not-measured"
    BRIEF_LOCK = "brief-lock"


HARMLESS: Final = frozenset({RiskCode.BRIEF_LOCK})
"""The findings that no migration can do without; they are notes."""


@frozen
class BlockedRelation:
    """A relation that is locked in a mode for which queries of its table wait."""

    relation: KnownRelation
    mode: LockMode

    @property
    def reads(self) -> bool:
        """Return whether queries that read the table wait: their plans lock its indexes too."""
        return self.relation.kind != "S" and self.mode.blocks_reads

    @property
    def writes(self) -> bool:
        """Return whether queries that write to the table wait."""
        return self.relation.kind != "m" and self.mode.blocks_writes

    @property
    def effect(self) -> str:
        """Return what waits, for people."""
        if self.relation.kind == "S":
            return "inserts"
        words = ["reads"] * self.reads + ["writes"] * self.writes
        return " and ".join(words)


@frozen(kw_only=True)
class RiskFinding:
    """A statement that keeps queries waiting, and the reason.

    `work` is the long work on `worked_on` because of which they wait, both `None` if the statement only takes
    locks. `since` is the statement of the same transaction that took the locks, if it is another one. `queries`
    are the names of those that wait, sorted. `gives_way`: it waits for locks no longer than
    `statement_lock_timeout`.
    """

    code: RiskCode
    statement: Span
    relation: KnownRelation | None
    work: Work | None = None
    worked_on: KnownRelation | None = None
    blocked: tuple[BlockedRelation, ...] = ()
    since: Span | None = None
    queries: tuple[str, ...] = ()
    gives_way: bool = False

    @property
    def place(self) -> Span:
        """Return the first line of the statement."""
        return first_line(self.statement)

    @property
    def is_harmless(self) -> bool:
        """Return whether it is only a note."""
        return self.code in HARMLESS


def first_line(span: Span) -> Span:
    """Return the first line of a span."""
    line = span.text.split("\n", 1)[0].rstrip()
    return Span(span.source, span.start, span.start + len(line))
