"""Migrations -> a database that has their schema, which an embedded server keeps for the next run.

A chain has a fingerprint for each migration, which covers the migrations before it as well. The last
one identifies the schema database. If that does not exist, the database of the longest part of the
chain that does exist is copied, and the remaining migrations run on the copy. It has the name of a
scratch database until it is complete, so a schema database is never unfinished made. On an external server
nothing is kept.

What migrations change outside of their database, mostly roles, cannot be kept with it. Such
migrations run each time, and on an embedded server these changes are undone afterwards.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from ..embedded import SCHEMA_DATABASE_PREFIX, schema_database_name
from .scratch import connect, create_database, drop_database, scratch
from .server import Server
from .stale_databases import new_scratch_name

Migrate = Callable[[psycopg.Connection[TupleRow], int], None]
"""Runs the migrations of the chain from the given index on."""

_MOST_KEPT = 4  # each takes 8 MB or more, mostly in memory

_SHARED_OBJECTS = """
-- What belongs to the whole server: the names of the roles,
SELECT coalesce((SELECT array_agg(r.rolname ORDER BY r.oid) FROM pg_authid AS r), '{}'),
       -- all their attributes,
       (SELECT array_agg(r::text ORDER BY r.oid) FROM pg_authid AS r),
       -- their memberships,
       (SELECT array_agg(m::text ORDER BY m::text) FROM pg_auth_members AS m),
       -- and the settings of ALTER ROLE … SET and ALTER DATABASE … SET.
       (SELECT array_agg(s::text ORDER BY s::text) FROM pg_db_role_setting AS s)
"""


@contextmanager
def migrated(
    server: Server,
    chain: Sequence[str],
    migrate: Migrate,
    *,
    search_path: Sequence[str] = ("public",),
    keep: bool = True,
) -> Iterator[psycopg.Connection[TupleRow]]:
    """Yield an autocommit connection to a database with the chain's migrations, to be read only.

    With *keep*, an embedded server uses a kept schema database, or keeps the one that it makes.
    Raises the errors of *migrate*, and `ServerUnavailableError` if no database can be created.
    """
    name = None
    if keep:
        name = _schema_database(server, chain, migrate, search_path)
    if name is None:
        with (
            _shared_objects_restored(server),
            scratch(server, search_path=search_path) as connection,
        ):
            migrate(connection, 0)
            yield connection
    else:
        with connect(server, name, search_path) as connection:
            yield connection


def _schema_database(
    server: Server, chain: Sequence[str], migrate: Migrate, search_path: Sequence[str]
) -> str | None:
    """Return the name of the schema database with the chain's migrations; make it if necessary.

    Returns None if it cannot be kept: on an external server, or if the migrations change more than
    their database.
    """
    if not server.embedded:
        return None
    names = [
        schema_database_name(server.fingerprint, server.version, part, search_path)
        for part in chain or ("",)
    ]
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        kept = _kept_databases(connection)
        base = next((name for name in reversed(names) if name in kept), None)
        if base:
            _record_use(connection, base)
        if base == names[-1]:
            return base
        before = connection.execute(_SHARED_OBJECTS).fetchone()
    start = names.index(base) + 1 if base else 0
    return _make(
        server, names[-1], base, search_path, before, lambda c: migrate(c, start)
    )


def _make(
    server: Server,
    name: str,
    base: str | None,
    search_path: Sequence[str],
    before: Any,
    migrate: Callable[[psycopg.Connection[TupleRow]], None],
) -> str | None:
    """Make the schema database *name* from the database *base*, and return its name.

    Returns None, and keeps nothing, if the migrations change the server's shared objects.
    """
    unfinished = new_scratch_name()
    try:
        create_database(server, unfinished, base or "template0")
        with connect(server, unfinished, search_path) as connection:
            migrate(connection)
        with psycopg.connect(server.conninfo, autocommit=True) as connection:
            if connection.execute(_SHARED_OBJECTS).fetchone() == before:
                _drop_oldest(connection)
                _execute(connection, "ALTER DATABASE {} RENAME TO {}", unfinished, name)
                _record_use(connection, name)
                return name
    finally:
        drop_database(server, unfinished)
        _restore_shared_objects(server, before)
    return None


@contextmanager
def _shared_objects_restored(server: Server) -> Iterator[None]:
    """Undo at the end what the block changes about roles, after its database is dropped."""
    if not server.embedded:
        yield
        return
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        before = connection.execute(_SHARED_OBJECTS).fetchone()
    try:
        yield
    finally:
        _restore_shared_objects(server, before)


def _restore_shared_objects(server: Server, before: Any) -> None:
    """Drop the roles that did not exist *before*, and reset the settings of our own role.

    No object depends on these roles any longer, for the database of the migrations is dropped.
    """
    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(server.conninfo, autocommit=True) as connection,
    ):
        now = connection.execute(_SHARED_OBJECTS).fetchone()
        if now is None or now == before:
            return
        _execute(connection, "ALTER ROLE {} RESET ALL", connection.info.user)
        for role in set(now[0]) - set(before[0]):
            with suppress(psycopg.Error):
                _execute(connection, "DROP ROLE {}", role)


def _kept_databases(connection: psycopg.Connection[TupleRow]) -> list[str]:
    """Return the names of the schema databases, the least recently used first."""
    return [
        name
        for (name,) in connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
            " ORDER BY shobj_description(oid, 'pg_database')",
            (SCHEMA_DATABASE_PREFIX,),
        )
    ]


def _record_use(connection: psycopg.Connection[TupleRow], name: str) -> None:
    """Record the time of use, in the comment of the database."""
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
    now = f"{time.time_ns():020d}"
    connection.execute(comment.format(sql.Identifier(name), sql.Literal(now)))


def _drop_oldest(connection: psycopg.Connection[TupleRow]) -> None:
    for name in _kept_databases(connection)[: 1 - _MOST_KEPT]:
        with suppress(psycopg.Error):  # another process is connected to it
            _execute(connection, "DROP DATABASE {}", name)


def _execute(
    connection: psycopg.Connection[TupleRow], statement: str, *names: str
) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
