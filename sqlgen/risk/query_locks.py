"""Queries -> the locks that each takes, so that it is known which of them wait.

PostgreSQL locks the relations of a statement when it analyses and rewrites it, views' tables among them. So
each query is parsed in a transaction of its own, and `pg_locks` is read.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg.pq import ExecStatus

from ..model.query import Query
from .findings import BlockedRelation, RiskCode, RiskFinding
from .lock_modes import LockMode, strongest
from .relations import Connection, fetch

QueryLocks = Mapping[str, Mapping[int, LockMode]]
"""The strongest mode of each query, by its words for people and the relation's oid."""


def query_locks(connection: Connection, queries: Sequence[Query]) -> QueryLocks:
    """Return the locks of the queries that fit the schema, on an autocommit connection.

    Of what a query does later, PostgreSQL's own checks of foreign keys are among them, but no triggers and functions.
    """
    children: dict[int, list[int]] = {}
    for parent, child in fetch(connection, _CHILDREN):
        children.setdefault(parent, []).append(child)
    keys = ForeignKeys(fetch(connection, _FOREIGN_KEYS))
    names = Counter([query.name for query in queries])
    locks: dict[str, dict[int, LockMode]] = {}
    for query in queries:
        name = query.name
        if names[name] > 1:  # another file has one of this name
            name = f"{name} ({query.name_span.source.path})"
        text = query.sql.text
        taken = _locks_of(connection, text)
        for oid, mode in list(taken.items()):
            for child in _descendants(oid, children):
                _add(taken, child, mode)
        for oid, mode in list(taken.items()):
            if mode is LockMode.ROW_EXCLUSIVE:
                for other, checked in keys.checks(oid, deletes=_deletes(text)).items():
                    _add(taken, other, checked)
        for oid, mode in taken.items():
            _add(locks.setdefault(name, {}), oid, mode)
    return locks


class ForeignKeys:
    """The foreign keys of a database: rows of the table that refers, that it refers to, and what DELETE does."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._referred: dict[int, set[int]] = {}
        self._referring: dict[int, dict[int, bool]] = {}
        for table, other, action in rows:
            self._referred.setdefault(table, set()).add(other)
            changes = self._referring.setdefault(other, {})
            changes[table] = changes.get(table, False) or action in ("c", "n", "d")

    def checks(self, table: int, *, deletes: bool) -> dict[int, LockMode]:
        """Return the locks of the checks when rows of a table are written, by oid (ri_triggers.c).

        A new reference is looked up with `SELECT … FOR KEY SHARE`, and so are those to a row that is deleted, or
        they are changed or deleted with it.
        """
        locks = dict.fromkeys(self._referred.get(table, ()), LockMode.ROW_SHARE)
        rest, seen = [table] if deletes else [], {table}
        while rest:
            for child, changes in self._referring.get(rest.pop(), {}).items():
                _add(locks, child, _CHECKS[changes])
                if changes and child not in seen:
                    seen.add(child)
                    rest.append(child)
        return locks


_CHECKS: Final = {False: LockMode.ROW_SHARE, True: LockMode.ROW_EXCLUSIVE}


def _add(locks: dict[int, LockMode], oid: int, mode: LockMode) -> None:
    """Add a lock, unless there is a stronger one."""
    locks[oid] = strongest([mode, locks.get(oid, mode)])


def _deletes(text: str) -> bool:
    """Return whether a statement may delete rows."""
    return re.search(r"\b(?:delete|merge)\b", text, re.IGNORECASE) is not None


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
    if work is None or finding.code is not RiskCode.BULK_UPDATE:
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
SELECT relation::pg_catalog.int8, pg_catalog.array_agg(mode) FROM pg_catalog.pg_locks
WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
GROUP BY relation
"""

_CHILDREN = "SELECT inhparent::pg_catalog.int8, inhrelid::pg_catalog.int8 FROM pg_catalog.pg_inherits"

_FOREIGN_KEYS = """
SELECT conrelid::pg_catalog.int8, confrelid::pg_catalog.int8, confdeltype::pg_catalog.text FROM pg_catalog.pg_constraint
WHERE contype = 'f'
"""
