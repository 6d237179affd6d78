"""Migrations -> a database that has their schema, which an embedded server keeps for the next run.

A chain has a fingerprint for each migration, which covers the migrations before it as well. The
last one identifies the schema database. If that does not exist, the database of the longest part of
the chain that does exist is copied, and the remaining migrations run on the copy. It has the name
of a scratch database until it is complete, so a schema database is never unfinished made. On an
external server nothing is kept.

What migrations change outside of their database, mostly roles, cannot be kept with it. Such
migrations run each time, and on an embedded server these changes are undone afterwards
(`shared_state`).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from ..embedded import SCHEMA_DATABASE_PREFIX, schema_database_name
from ..model.diagnostic import Diagnostic, ServerUnavailableError
from .scratch import connect, create_database, drop_database, scratch
from .server import Server
from .shared_state import SharedState, restore_shared_state, shared_state
from .stale_databases import new_scratch_name

Migrate = Callable[[psycopg.Connection[TupleRow], int], None]
"""Runs the migrations of the chain from the given index on."""

_MOST_KEPT = 8  # for all projects; each takes 8 MB or more, mostly in memory


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
    with _damage_reported(server):
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


@contextmanager
def _damage_reported(server: Server) -> Iterator[None]:
    """Report what the migrations have made of the embedded server, if it cannot be used any more."""
    try:
        yield
    except psycopg.Error as error:
        if not server.embedded:
            raise
        server.condemn()
        message = f"the embedded server cannot be used after the migrations: {error}"
        raise ServerUnavailableError(
            Diagnostic(
                code="server-unavailable",
                message=message.strip(),
                label=None,
                hint="remove what changes the server itself from the migrations, such as its own"
                " role, its databases or its settings",
            )
        ) from None


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
        before = shared_state(connection, server.own_databases)
    start = names.index(base) + 1 if base else 0
    return _make(
        server, names[-1], base, search_path, before, lambda c: migrate(c, start)
    )


def _make(
    server: Server,
    name: str,
    base: str | None,
    search_path: Sequence[str],
    before: SharedState,
    migrate: Callable[[psycopg.Connection[TupleRow]], None],
) -> str | None:
    """Make the schema database *name* from the database *base*, and return its name.

    Returns None, and keeps nothing, if the migrations change the server's shared objects.
    """
    unfinished = new_scratch_name()
    is_clean = False
    try:
        create_database(server, unfinished, base or "template0")
        with connect(server, unfinished, search_path) as connection:
            migrate(connection)
        with psycopg.connect(server.conninfo, autocommit=True) as connection:
            is_clean = shared_state(connection, server.own_databases) == before
            if is_clean:
                _drop_oldest(connection)
                server.own_databases.add(name)
                _execute(connection, "ALTER DATABASE {} RENAME TO {}", unfinished, name)
                _record_use(connection, name)
                return name
    finally:
        if not is_clean:
            drop_database(server, unfinished)
            _restore(server, before)
    return None


@contextmanager
def _shared_objects_restored(server: Server) -> Iterator[None]:
    """Undo at the end what the block changes in shared objects, after its database is dropped."""
    if not server.embedded:
        yield
        return
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        before = shared_state(connection, server.own_databases)
    try:
        yield
    finally:
        _restore(server, before)


def _restore(server: Server, before: SharedState) -> None:
    if not restore_shared_state(server.conninfo, before, server.own_databases):
        server.condemn()


def _kept_databases(connection: psycopg.Connection[TupleRow]) -> list[str]:
    """Return the names of the schema databases, the least recently used first."""
    return [
        name
        for (name,) in connection.execute(
            "SELECT datname FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname, %s)"
            " ORDER BY pg_catalog.shobj_description(oid, 'pg_database')",
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
