"""Queries -> the locks that each takes, so that it is known which of them wait.

PostgreSQL locks the relations of a statement when it analyses and rewrites it, views' tables among them. So
each query is parsed in a transaction of its own, and `pg_locks` is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import psycopg
from psycopg.pq import ExecStatus

from ..model.query import Query
from .effects import WorkKind
from .findings import BlockedRelation, RiskFinding
from .lock_modes import LockMode, strongest
from .relations import Connection, fetch

QueryLocks = Mapping[str, Mapping[int, LockMode]]
"""The strongest mode of each query, by its name and the relation's oid."""


def query_locks(connection: Connection, queries: Sequence[Query]) -> QueryLocks:
    """Return the locks of the queries that fit the schema, on an autocommit connection."""
    children: dict[int, list[int]] = {}
    for parent, child in fetch(connection, _CHILDREN):
        children.setdefault(parent, []).append(child)
    sequences = fetch(connection, _REFERENCES)
    references: dict[int, list[int]] = {}
    for table, other in sequences:
        references.setdefault(table, []).append(other)
    locks: dict[str, dict[int, LockMode]] = {}
    for query in queries:
        taken = _locks_of(connection, query.sql.text)
        for oid, mode in list(taken.items()):
            for child in _descendants(oid, children):
                taken[child] = strongest([mode, taken.get(child, mode)])
            if mode.strength >= LockMode.ROW_EXCLUSIVE.strength:
                for other in references.get(oid, ()):
                    taken.setdefault(other, LockMode.ROW_SHARE)
        locks.setdefault(query.name, {}).update(taken)
    return locks


def waiting_queries(finding: RiskFinding, locks: QueryLocks) -> tuple[str, ...]:
    """Return the names of the queries that wait for what is found, sorted."""
    return tuple(
        sorted(
            [
                name
                for name, modes in locks.items()
                if any(_waits(blocked, modes) for blocked in finding.blocked)
                or _writes_the_same(finding, modes)
            ]
        )
    )


def _waits(blocked: BlockedRelation, modes: Mapping[int, LockMode]) -> bool:
    mode = modes.get(blocked.relation.table)
    if mode is None:
        return False
    if blocked.relation.kind == "S" and mode is not LockMode.ROW_EXCLUSIVE:
        return False
    return blocked.mode.keeps_waiting(mode)


def _writes_the_same(finding: RiskFinding, modes: Mapping[int, LockMode]) -> bool:
    """Return whether a query may change a row that the migration has changed, and must wait for its end."""
    work = finding.work
    if work is None or work.kind is not WorkKind.CHANGES_ROWS:
        return False
    return modes.get(work.relation) in (LockMode.ROW_EXCLUSIVE, LockMode.ROW_SHARE)


def _locks_of(connection: Connection, text: str) -> dict[int, LockMode]:
    """Return the locks that the analysis of a statement takes; none if it does not fit the schema."""
    locks: dict[int, LockMode] = {}
    connection.execute("BEGIN")
    try:
        encoded = text.encode(connection.info.encoding)
        result = connection.pgconn.prepare(b"", encoded)
        if result.status == ExecStatus.COMMAND_OK:
            rows = fetch(connection, _LOCKS)
            locks = {oid: strongest(map(LockMode, modes)) for oid, modes in rows}
    finally:
        with suppress(psycopg.OperationalError):
            connection.execute("ROLLBACK")
    return locks


def _descendants(oid: int, children: Mapping[int, Iterable[int]]) -> set[int]:
    """Return the oids of all partitions and children of a table."""
    found: set[int] = set()
    rest = [oid]
    while rest:
        for child in children.get(rest.pop(), ()):
            if child not in found:
                found.add(child)
                rest.append(child)
    return found


_LOCKS = """
SELECT relation::int8, array_agg(mode) FROM pg_catalog.pg_locks
WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
GROUP BY relation
"""

_CHILDREN = "SELECT inhparent::int8, inhrelid::int8 FROM pg_catalog.pg_inherits"

# A row that refers to another one is checked with SELECT … FOR KEY SHARE (ri_triggers.c).
_REFERENCES = """
SELECT conrelid::int8, confrelid::int8 FROM pg_catalog.pg_constraint WHERE contype = 'f'
"""
