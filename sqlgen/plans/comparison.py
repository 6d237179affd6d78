"""The ways in which queries read tables, before and now -> what has changed. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from ..explain.conditions import quoted
from .findings import AccessChange, QueryAccess
from .keys import table_name
from .summaries import PlanSummary, ScanSummary, Table

BIG: Final = 10_000
"""Rows of a table of which it matters that all are read."""


def access_changes(
    before: Sequence[QueryAccess],
    now: Sequence[QueryAccess],
    *,
    has_statistics: bool,
) -> tuple[AccessChange, ...]:
    """Return the tables that queries of the same name read otherwise, those first that lost an index.

    Without statistics, nothing is told but that no index serves a table any more, or that one does now.
    """
    old = {(one.key, one.variant): one for one in before}
    current = {one.key for one in now}
    # A query may have moved to another file.
    moved = {(one.query, one.variant): one for one in before if one.key not in current}
    changes: list[AccessChange] = []
    for access in now:
        previous = old.get((access.key, access.variant)) or moved.get(
            (access.query, access.variant)
        )
        if previous is None:
            continue
        for table in _tables(access.summary):
            was, is_ = _of(previous.summary, table), _of(access.summary, table)
            if not was or was == is_:
                continue
            loses = _loses(previous, access, table, has_statistics=has_statistics)
            gains = _loses(access, previous, table, has_statistics=has_statistics)
            if not (loses or gains or has_statistics):
                continue
            changes.append(
                AccessChange(
                    query=access.query,
                    variant=access.variant,
                    place=access.place,
                    table=table_name(table),
                    before=", ".join(map(scan_text, was)),
                    now=", ".join(map(scan_text, is_)),
                    is_loss=loses,
                )
            )
    return tuple(sorted(dict.fromkeys(changes), key=lambda change: not change.is_loss))


def scan_text(scan: ScanSummary) -> str:
    """Return a scan in few words: `Index Scan pets_pkey`, `Seq Scan pets (5,000,000 rows)`."""
    if scan.index:
        return f"{scan.kind} {quoted(scan.index)}"
    rows = f" ({scan.table_rows:,.0f} rows)" if scan.table_rows else ""
    return f"{scan.kind} {table_name(scan.table)}{rows}"


def _loses(
    before: QueryAccess, now: QueryAccess, table: Table, *, has_statistics: bool
) -> bool:
    """Return whether the table is read whole now, and was not."""
    if has_statistics:
        return _largest(now.summary, table) >= BIG > _largest(before.summary, table)
    return table in now.unserved and table not in before.unserved


def _largest(plan: PlanSummary, table: Table) -> float:
    """Return the rows of the table, or of its largest partition, that is read whole; 0 if none is."""
    return max([s.table_rows for s in _of(plan, table) if s.is_whole], default=0)


def _tables(plan: PlanSummary) -> Iterator[Table]:
    yield from dict.fromkeys([scan.table for scan in plan.scans])


def _of(plan: PlanSummary, table: Table) -> tuple[ScanSummary, ...]:
    """Return the scans of a table: those of partitions once, if they are alike."""
    return tuple([scan for scan in plan.scans if scan.table == table])
