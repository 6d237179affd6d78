"""The locks of statements that PostgreSQL does not run in a transaction, and that are gone at their end.

A procedure or DO block that commits is watched by an event trigger, which tells at the end of each command of
it which locks there are. What else cannot run in a transaction are a few commands whose locks the manual gives.
"""

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import sql

from ..model.frozen import frozen
from .effects import KnownRelation, Work, WorkKind
from .lock_modes import LockMode
from .relations import Connection, Traces

_COMMITS: Final = "2D000"  # invalid_transaction_termination: a procedure that commits

_CONCURRENTLY: Final = re.compile(r"\bconcurrently\b", re.IGNORECASE)

_TRIGGER: Final = """
CREATE SCHEMA {schema};
CREATE FUNCTION {schema}.tell() RETURNS event_trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE DEBUG '%', {token} || (
        SELECT pg_catalog.json_agg(pg_catalog.json_build_array(relation::int8, mode))
        FROM pg_catalog.pg_locks
        WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
    );
END
$body$;
CREATE EVENT TRIGGER {schema} ON ddl_command_end EXECUTE FUNCTION {schema}.tell()
"""


@frozen
class WatchedLocks:
    """The modes of locks by oid, as they were seen; `is_complete` is false if nobody could look."""

    by_oid: dict[int, set[LockMode]]
    is_complete: bool

    def modes(self, oid: int) -> Iterable[LockMode]:
        """Return the modes in which a relation was locked."""
        return self.by_oid.get(oid, ())


@contextmanager
def watched_locks(connection: Connection, sqlstate: str) -> Iterator[WatchedLocks]:
    """Watch the locks of a statement that PostgreSQL refused in a transaction with *sqlstate*.

    Only a superuser can watch what commits.
    """
    locks: dict[int, set[LockMode]] = {}
    if sqlstate != _COMMITS:
        yield WatchedLocks(locks, True)
        return
    token = secrets.token_hex(16)
    name = sql.Identifier(f"sqlgen_{token[:8]}")

    def hear(message: psycopg.errors.Diagnostic) -> None:
        text = message.message_primary or ""
        if text.startswith(token):
            for oid, mode in json.loads(text.removeprefix(token)):
                locks.setdefault(oid, set()).add(LockMode(mode))

    trigger = sql.SQL(_TRIGGER).format(schema=name, token=sql.Literal(token))
    try:
        connection.execute(trigger)  # all of it, or nothing
    except psycopg.errors.InsufficientPrivilege:
        yield WatchedLocks(locks, False)
        return
    connection.add_notice_handler(hear)
    try:
        yield WatchedLocks(locks, True)
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(name))
    finally:
        connection.remove_notice_handler(hear)


def assumed_locks(
    text: str,
    relations: Mapping[int, KnownRelation],
    works: Iterable[Work],
    before: Traces,
    after: Traces,
) -> dict[int, list[LockMode]]:
    """Return the locks that a statement must have had for what it did (manual 13.3.1).

    A new file needs ACCESS EXCLUSIVE, also that of an index. An index is built under SHARE, or, with
    CONCURRENTLY, under SHARE UPDATE EXCLUSIVE. A partition is detached under ACCESS EXCLUSIVE, also
    CONCURRENTLY (`DetachPartitionFinalize` in tablecmds.c).
    """
    locks: dict[int, list[LockMode]] = {}
    concurrent = _CONCURRENTLY.search(text) is not None
    building = LockMode.SHARE_UPDATE_EXCLUSIVE if concurrent else LockMode.SHARE
    for work in works:
        if work.kind is WorkKind.BUILDS_INDEX:
            locks.setdefault(work.relation, []).append(building)
    for oid, place in after.places.items():
        if place != before.places.get(oid, place) and relations[oid].kind != "S":
            locks.setdefault(oid, []).append(LockMode.ACCESS_EXCLUSIVE)
    for oid in before.partitions - after.partitions:
        if oid in after.names:
            locks.setdefault(oid, []).append(LockMode.ACCESS_EXCLUSIVE)
    return locks
