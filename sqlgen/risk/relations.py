"""A session -> the relations of its database, and the traces that statements leave on them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, LiteralString

import psycopg
from psycopg.rows import TupleRow

from ..model.frozen import frozen
from ..model.postgres import FIRST_NORMAL_OBJECT_ID
from .effects import KnownRelation
from .lock_modes import LockMode

Connection = psycopg.Connection[TupleRow]


@frozen
class Traces:
    """The state of known relations and of the session's locks on them, by oid.

    `places` are the files and tablespaces, `partitions` those that are partitions, `scans` how often the session
    has scanned each, and `locks` the modes that it holds.
    """

    names: Mapping[int, str]
    places: Mapping[int, tuple[int, int]]
    partitions: frozenset[int]
    scans: Mapping[int, int]
    locks: Mapping[int, frozenset[LockMode]]


def known_relations(connection: Connection) -> dict[int, KnownRelation]:
    """Return the relations outside of PostgreSQL's own schemas by oid."""
    rows = fetch(connection, _RELATIONS, FIRST_NORMAL_OBJECT_ID)
    return {
        oid: KnownRelation(oid=oid, schema=schema, name=name, kind=kind, table=table)
        for oid, schema, name, kind, table in rows
    }


def traces(connection: Connection, oids: Collection[int]) -> Traces:
    """Return the traces of the session on the relations of these oids."""
    known = list(oids)
    states = fetch(connection, _STATES, known)
    locks: dict[int, set[LockMode]] = {}
    for oid, mode in fetch(connection, _LOCKS, known):
        locks.setdefault(oid, set()).add(LockMode(mode))
    return Traces(
        {oid: name for oid, name, *_ in states},
        {oid: (file, tablespace) for oid, _, file, tablespace, *_ in states},
        frozenset([oid for oid, *_, is_partition, _ in states if is_partition]),
        {oid: scans for oid, *_, scans in states},
        {oid: frozenset(modes) for oid, modes in locks.items()},
    )


def counts_scans(connection: Connection) -> bool:
    """Return whether the server counts the session's scans, on an autocommit connection.

    It does not if `track_counts` is off. PostgreSQL 14 turns that off where it can open no socket for its
    statistics collector, as in the sandbox of an embedded server, and `SET` does not turn it on again.
    """
    with connection.transaction(force_rollback=True):
        fetch(connection, _SCAN)
        ((scans,),) = fetch(connection, _SCANS)
    return bool(scans)


def foreign_keys(
    connection: Connection, names: Iterable[str]
) -> list[tuple[str, int, int]]:
    """Return the foreign keys of these names: the name, and the oids of both tables."""
    return [*fetch(connection, _FOREIGN_KEYS, list(names))]


def fetch(
    connection: Connection, statement: LiteralString, *parameters: Any
) -> Sequence[Any]:
    """Return the rows of a statement that is not prepared: a migration may run DEALLOCATE ALL."""
    return connection.execute(statement, parameters, prepare=False).fetchall()


# All names are written with their schema: a migration may have set another search path.
_RELATIONS = r"""
SELECT c.oid::pg_catalog.int8, n.nspname::pg_catalog.text, c.relname::pg_catalog.text, c.relkind::pg_catalog.text,
       coalesce(
           i.indrelid,
           -- The table whose column owns the sequence, or whose default uses it.
           (SELECT d.refobjid FROM pg_catalog.pg_depend AS d
            WHERE c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
              AND d.objid = c.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
              AND d.deptype IN ('a', 'i') LIMIT 1),
           (SELECT a.adrelid FROM pg_catalog.pg_depend AS d
                JOIN pg_catalog.pg_attrdef AS a ON a.oid = d.objid
            WHERE c.relkind = 'S' AND d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass::pg_catalog.oid
              AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
              AND d.refobjid = c.oid LIMIT 1),
           c.oid
       )::pg_catalog.int8
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
WHERE c.oid >= %s::pg_catalog.oid AND c.relkind IN ('r', 'p', 'm', 'v', 'f', 'S', 'i', 'I')
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%%'
"""

# The counter of scans is the session's own, of what it has not reported yet: exact within a transaction.
_STATES = """
SELECT oid::pg_catalog.int8, relname::pg_catalog.text, relfilenode::pg_catalog.int8, reltablespace::pg_catalog.int8,
       relispartition, pg_catalog.pg_stat_get_xact_numscans(oid)
FROM pg_catalog.pg_class WHERE oid = ANY (%s::pg_catalog.oid[])
"""

_SCAN = "SELECT FROM pg_catalog.pg_am"

# The planner may take an index for it.
_SCANS = """
SELECT pg_catalog.sum(pg_catalog.pg_stat_get_xact_numscans(c.oid))
FROM pg_catalog.pg_class AS c
WHERE c.oid = 'pg_catalog.pg_am'::pg_catalog.regclass::pg_catalog.oid OR c.oid IN (
    SELECT i.indexrelid FROM pg_catalog.pg_index AS i
    WHERE i.indrelid = 'pg_catalog.pg_am'::pg_catalog.regclass::pg_catalog.oid
)
"""

_LOCKS = """
SELECT relation::pg_catalog.int8, mode FROM pg_catalog.pg_locks
WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
  AND relation = ANY (%s::pg_catalog.oid[])
"""

_FOREIGN_KEYS = """
SELECT conname::pg_catalog.text, conrelid::pg_catalog.int8, confrelid::pg_catalog.int8 FROM pg_catalog.pg_constraint
WHERE contype = 'f' AND conname::pg_catalog.text = ANY (%s)
"""
