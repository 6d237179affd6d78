"""Finds the invalid indexes that a failed `CREATE INDEX CONCURRENTLY` leaves (sql-createindex.html)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..sessions.protocol import Operation, run_statement

CONCURRENT_BUILD = re.compile(
    r"\s*(?:create\s+(?:unique\s+)?index|reindex\b.*?)\s+concurrently\b",
    re.IGNORECASE | re.DOTALL,
)
"""The start of a statement that may leave an invalid index behind."""

# The index of a partitioned table is no index itself (relkind `I`), and invalid until all of its
# partitions have theirs.
_FIND = """
SELECT i.indexrelid, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname), p.pid
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_stat_progress_create_index AS p ON p.index_relid = i.indexrelid
WHERE NOT i.indisvalid AND c.relkind = 'i' ORDER BY 3
"""


@dataclass(frozen=True, slots=True)
class InvalidIndex:
    """An index that no query uses. `builder` is the process that is building it, if there is one."""

    oid: int
    name: str
    qualified_name: str
    builder: int | None


def find_invalid() -> Operation[tuple[InvalidIndex, ...]]:
    """Return the database's invalid indexes."""
    rows = yield from run_statement(_FIND)
    return tuple(InvalidIndex(*row) for row in rows)


def left_by(
    statement: str, before: Sequence[InvalidIndex], after: Sequence[InvalidIndex]
) -> tuple[InvalidIndex, ...]:
    """Return the invalid indexes *after* the statement that it has left, or that it names."""
    known = {index.oid for index in before}
    return tuple(
        index for index in after if index.oid not in known or index.name in statement
    )


def advice(indexes: Sequence[InvalidIndex]) -> str:
    """Return what to do about *indexes*, for a hint; empty if there are none."""
    building = [i for i in indexes if i.builder is not None]
    if building:
        index = building[0]
        return f"process {index.builder} is still building {index.qualified_name}: wait for it"
    drops = "; ".join(
        f"DROP INDEX CONCURRENTLY {index.qualified_name}" for index in indexes
    )
    return f"an invalid index is left: run `{drops}` first" if drops else ""
