"""The effects of a statement of a migration, as PostgreSQL has shown them."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from ..model.frozen import frozen
from .lock_modes import LockMode

_WITH_ROWS: Final = frozenset({"r", "p", "m"})


@frozen(kw_only=True)
class KnownRelation:
    """A relation that is there before a migration runs, so that it may have rows and users.

    `kind` is PostgreSQL's `relkind`. `table` is the oid of the table that an index or a sequence
    belongs to, else its own.
    """

    oid: int
    schema: str
    name: str
    kind: str
    table: int

    def __str__(self) -> str:
        """Return the name for people: with the schema if that is not `public`."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"

    @property
    def has_rows(self) -> bool:
        """Return whether it is a table or a materialized view."""
        return self.kind in _WITH_ROWS

    @property
    def is_index(self) -> bool:
        """Return whether it is an index, also one of a partitioned table."""
        return self.kind in ("i", "I")


class WorkKind(StrEnum):
    """Work on a relation that takes the longer the more rows it has."""

    REWRITES = "rewrites"
    BUILDS_INDEX = "builds an index of"
    SCANS = "scans"
    CHANGES_ROWS = "changes rows of"


@frozen
class Work:
    """Long work on the relation of the oid; `index` is the name of an index that is built, empty if several are."""

    kind: WorkKind
    relation: int
    index: str = ""


@frozen(kw_only=True)
class StatementEffects:
    """The effects on known relations of the statement at `[start:end]`.

    `held` are the strongest locks that its transaction has at its end, by the relation's oid, and `taken` those of
    them that it took. `transaction` counts the transactions of the file. `is_measured` is false if its
    locks could not be watched, `at_once` if it has commits of its own, so that not all were held at once.
    """

    start: int
    end: int
    transaction: int
    held: Mapping[int, LockMode] = field(default_factory=dict)
    taken: Mapping[int, LockMode] = field(default_factory=dict)
    works: tuple[Work, ...] = ()
    is_measured: bool = True
    at_once: bool = True


@frozen
class MeasuredMigration:
    """The effects of a migration's statements on the relations that were there before, by their oids.

    `counts_scans` is false if the server did not count scans, so that some work is not known.
    """

    relations: Mapping[int, KnownRelation]
    statements: tuple[StatementEffects, ...]
    counts_scans: bool = True
