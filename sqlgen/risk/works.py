"""Messages and traces of a statement -> the long work that it did."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from .effects import KnownRelation, Work, WorkKind
from .lock_modes import LockMode, strongest
from .notices import WorkNotice
from .relations import Connection, Traces, foreign_keys

Relations = Mapping[int, KnownRelation]


def find_works(
    connection: Connection,
    relations: Relations,
    notices: Sequence[WorkNotice],
    before: Traces,
    after: Traces,
    *,
    in_transaction: bool,
    may_truncate: bool,
) -> tuple[Work, ...]:
    """Return the long work on known relations, each once.

    Only what ran *in_transaction* is counted exactly: outside of one, the counters of scans are reported and reset.
    *may_truncate* says that a table with a new file, of which no scan was counted, was truncated.
    """
    known = {oid for oid in relations if oid in before.names}
    works: dict[int, dict[Work, None]] = {}
    scanned: set[int] = set()  # by work that messages have told of

    def add(work: Work) -> None:
        works.setdefault(work.relation, {})[work] = None
        scanned.add(work.relation)

    for notice in notices:
        for index, table in notice.places:
            for oid in _named(table, relations, before, after):
                add(Work(notice.kind, oid, index))
    names = [notice.constraint for notice in notices if notice.constraint]
    for _, child, parent in foreign_keys(connection, names) if names else ():
        if child in after.locks or (child in known and not in_transaction):
            add(Work(WorkKind.SCANS, child))
        scanned.add(parent)
    for oid in _replaced(relations, before, after):
        kinds = [work.kind for work in works.get(oid, ())]
        if WorkKind.REWRITES in kinds:
            continue
        if may_truncate and _is_emptied(oid, relations, len(kinds), before, after):
            works.pop(oid, None)  # indexes of an empty table take no time
            scanned.add(oid)
        else:
            add(Work(WorkKind.REWRITES, oid))
    for oid in known - scanned if in_transaction else ():
        if relations[oid].has_rows and _scans(oid, before, after):
            works.setdefault(oid, {}).update(_unannounced(oid, before, after))
    return tuple([work for of_one in works.values() for work in _longest(of_one)])


def _named(
    name: str, relations: Relations, before: Traces, after: Traces
) -> Iterator[int]:
    """Yield the known relations that a message means, which gives the name without its schema."""
    same = [
        oid
        for oid, relation in relations.items()
        if relation.has_rows and name in (before.names.get(oid), after.names.get(oid))
    ]
    locked = [oid for oid in same if oid in after.locks]
    yield from locked or same


def _replaced(relations: Relations, before: Traces, after: Traces) -> Iterator[int]:
    """Yield the relations with rows that have a new file, or are in another tablespace."""
    for oid, place in after.places.items():
        if place != before.places.get(oid, place) and relations[oid].has_rows:
            yield oid


def _is_emptied(
    oid: int, relations: Relations, builds: int, before: Traces, after: Traces
) -> bool:
    """Return whether a table has a new file since it was truncated: nothing has read it.

    Its indexes are built anew, and each build counts as a scan.
    """
    if relations[oid].kind == "m" or after.places[oid][1] != before.places[oid][1]:
        return False
    indexes = [r.oid for r in relations.values() if r.is_index and r.table == oid]
    scans = sum(_scans(index, before, after) for index in indexes)
    return scans + _scans(oid, before, after) <= builds


def _scans(oid: int, before: Traces, after: Traces) -> int:
    """Return how often a relation was scanned."""
    return after.scans.get(oid, 0) - before.scans.get(oid, 0)


def _unannounced(oid: int, before: Traces, after: Traces) -> dict[Work, None]:
    """Return the work that a scan without a message belongs to; none if only a query reads the table."""
    modes = after.locks.get(oid, frozenset())
    new = modes - before.locks.get(oid, frozenset())
    if LockMode.ROW_EXCLUSIVE in modes and not any(m.blocks_writes for m in new):
        return {Work(WorkKind.CHANGES_ROWS, oid): None}
    if modes and strongest(modes).blocks_writes:
        return {Work(WorkKind.SCANS, oid): None}
    return {}


def _longest(works: Iterable[Work]) -> list[Work]:
    """Return the works on one relation without what is a part of another: a rewrite builds all indexes."""
    works = list(works)
    if rewrites := [work for work in works if work.kind is WorkKind.REWRITES]:
        return rewrites
    builds = [work for work in works if work.kind is WorkKind.BUILDS_INDEX]
    if len(builds) < 2:
        return works
    others = [work for work in works if work not in builds]
    return [*others, Work(WorkKind.BUILDS_INDEX, builds[0].relation)]
