"""A chain of migrations -> a database of the embedded server that has them, kept for the next run.

    name = database.template(server, chain, migrate)

A chain is one fingerprint a migration, each of which speaks of all those before it too. The database
is found by the last of them. Where it is missing, the longest part of the chain that is there is
copied and the rest is migrated; under a scratch database's name until all is done, so that a
template is never half made. Only an embedded server keeps templates: on a given one we leave
nothing behind.

What migrations do outside of their database, to roles above all, cannot be kept with it. They run
anew each time, and on the embedded server are taken back afterwards.
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
"""Runs the migrations from the given place in the chain on."""

_KEPT = 4  # a database takes 8 MB and more, mostly of memory

_SHARED = """
-- What is not of one database: roles, who is a member of which, settings of roles and databases.
SELECT coalesce((SELECT array_agg(r.rolname ORDER BY r.oid) FROM pg_authid AS r), '{}'),
       (SELECT array_agg(r::text ORDER BY r.oid) FROM pg_authid AS r),
       (SELECT array_agg(m::text ORDER BY m::text) FROM pg_auth_members AS m),
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
    """An autocommit connection to a database that has the chain's migrations.

    It is for looking: on an embedded server it may be the template itself, or become one, if it may
    *keep* any. Raises what *migrate* raises, and `ServerUnavailableError` where no database can be
    created.
    """
    name = None
    if keep:
        name = template(server, chain, migrate, search_path=search_path)
    if name is None:
        with (
            _forgotten_roles(server),
            scratch(server, search_path=search_path) as connection,
        ):
            migrate(connection, 0)
            yield connection
    else:
        with connect(server, name, search_path) as connection:
            yield connection


def template(
    server: Server,
    chain: Sequence[str],
    migrate: Migrate,
    *,
    search_path: Sequence[str] = ("public",),
) -> str | None:
    """The name of a database to copy (or look at) that has the chain's migrations.

    None where none can be kept: on a given server, and where migrations change more than their
    database. Raises what *migrate* raises.
    """
    if not server.embedded:
        return None
    names = [
        schema_database_name(server.fingerprint, server.version, part, search_path)
        for part in chain or ("",)
    ]
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        found = _existing(connection)
        base = next((name for name in reversed(names) if name in found), None)
        if base == names[-1]:
            _touch(connection, base)
            return base
        if base:
            _touch(connection, base)
        before = connection.execute(_SHARED).fetchone()
    done = names.index(base) + 1 if base else 0
    return _made(
        server, names[-1], base, search_path, before, lambda c: migrate(c, done)
    )


def _made(
    server: Server,
    name: str,
    base: str | None,
    search_path: Sequence[str],
    before: Any,
    migrate: Callable[[psycopg.Connection[TupleRow]], None],
) -> str | None:
    """Make the template *name*; give None and leave nothing where it cannot be one."""
    half = new_scratch_name()
    try:
        create_database(server, half, base or "template0")
        with connect(server, half, search_path) as connection:
            migrate(connection)
        with psycopg.connect(server.conninfo, autocommit=True) as connection:
            if connection.execute(_SHARED).fetchone() == before:
                _drop_oldest(connection)
                _execute(connection, "ALTER DATABASE {} RENAME TO {}", half, name)
                _touch(connection, name)
                return name
    finally:
        drop_database(server, half)
        _forget_roles(server, before)
    return None


@contextmanager
def _forgotten_roles(server: Server) -> Iterator[None]:
    """Take back what happens to roles within the block, after its database is gone."""
    if not server.embedded:
        yield
        return
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        before = connection.execute(_SHARED).fetchone()
    try:
        yield
    finally:
        _forget_roles(server, before)


def _forget_roles(server: Server, before: Any) -> None:
    """Drop the roles that were not there *before*, which nothing can depend on any longer."""
    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(server.conninfo, autocommit=True) as connection,
    ):
        now = connection.execute(_SHARED).fetchone()
        if now is None or now == before:
            return
        _execute(connection, "ALTER ROLE {} RESET ALL", connection.info.user)
        for role in set(now[0]) - set(before[0]):
            with suppress(psycopg.Error):
                _execute(connection, "DROP ROLE {}", role)


def _existing(connection: psycopg.Connection[TupleRow]) -> list[str]:
    """The templates, the one that has not been used for longest first."""
    return [
        name
        for (name,) in connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
            " ORDER BY shobj_description(oid, 'pg_database')",
            (SCHEMA_DATABASE_PREFIX,),
        )
    ]


def _touch(connection: psycopg.Connection[TupleRow], name: str) -> None:
    """Note when it was last used."""
    note = sql.SQL("COMMENT ON DATABASE {} IS {}")
    now = f"{time.time_ns():020d}"
    connection.execute(note.format(sql.Identifier(name), sql.Literal(now)))


def _drop_oldest(connection: psycopg.Connection[TupleRow]) -> None:
    for name in _existing(connection)[: 1 - _KEPT]:
        with suppress(psycopg.Error):  # somebody looks at it
            _execute(connection, "DROP DATABASE {}", name)


def _execute(
    connection: psycopg.Connection[TupleRow], statement: str, *names: str
) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
