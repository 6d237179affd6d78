"""Steps that fill a database -> copies of a template database that the steps were run on once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from ..database import Server, maintenance_connection
from ..database.scratch import execute_create, execute_drop
from ..database.stale_databases import drop_stale_databases, new_scratch_name
from ..embedded import SUPERUSER
from ..model.diagnostic import SqlgenError

PREFIX = "sqlgen_template_"
_UNFINISHED = "_new"
_MOST_TEMPLATES = 8  # on a server; each changed migration makes a new one

_USER = "SELECT oid::bigint FROM pg_catalog.pg_roles WHERE rolname = current_user"
_DUPLICATE_OBJECT = "42710"


@dataclass(frozen=True, slots=True)
class TemplateStep:
    """A step in making a template: `fill` is given the connection string of a database.

    The database has everything of the steps before. `key` identifies what this step and those
    before it are made of; the template's name has it.
    """

    key: str
    fill: Callable[[str], None]


@contextmanager
def copied_template(
    server: Server, steps: Sequence[TemplateStep], *, keep: Callable[[], bool]
) -> Iterator[str]:
    """Copy the template that *steps* make; yield the copy's connection string, then drop it.

    Templates stay on the server for later calls. The copy stays as well if *keep* returns true at
    the end; on an external server, a run at least a day later drops it. Each user of a server has
    templates of its own, since nobody else may copy them, and their objects belong to it.
    """
    name = new_scratch_name()
    with maintenance_connection(server) as connection:
        ((user,),) = connection.execute(_USER)
        template = "template0"
        for step in steps:
            own = f"{PREFIX}{step.key}_{user}"
            template = _template(server, connection, own, step.fill, template)
        execute_create(server, connection, name, template)
    try:
        yield make_conninfo(server.conninfo, dbname=name)
    finally:
        if not keep():
            with maintenance_connection(server) as connection:
                execute_drop(connection, name)


def _template(
    server: Server,
    connection: psycopg.Connection[TupleRow],
    name: str,
    fill: Callable[[str], None],
    previous: str,
) -> str:
    """Return the *name* of a template, made from the template *previous* by *fill* if missing.

    An advisory lock makes other processes wait that want the same template at the same time. It is
    made under another name, so that a template with its final name is always complete, and gets
    `ALLOW_CONNECTIONS false`, for nobody may be connected to a database that is copied.
    """
    if _exists(connection, name):
        return name
    connection.execute(
        "SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtextextended(%s, 0))",
        (name,),
    )
    try:
        if not _exists(connection, name):
            drop_stale_databases(connection)
            _drop_oldest(connection, keep=_MOST_TEMPLATES - 1, but=previous)
            _drop_unfinished(connection)
            unfinished = f"{name}{_UNFINISHED}"
            try:
                _make(server, connection, unfinished, fill, previous)
            except SqlgenError as error:
                if not (_role_may_exist(error) and _drop_roles(connection)):
                    raise
                _make(server, connection, unfinished, fill, previous)
            server.own_databases.add(name)
            for change in ("ALLOW_CONNECTIONS false", f"RENAME TO {name}"):
                connection.execute(f"ALTER DATABASE {unfinished} {change}".encode())
    finally:
        connection.execute(
            "SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended(%s, 0))",
            (name,),
        )
    return name


def _exists(connection: psycopg.Connection[TupleRow], name: str) -> bool:
    query = "SELECT FROM pg_catalog.pg_database WHERE datname = %s"
    return connection.execute(query, (name,)).fetchone() is not None


def _make(
    server: Server,
    connection: psycopg.Connection[TupleRow],
    name: str,
    fill: Callable[[str], None],
    previous: str,
) -> None:
    """Make the database *name*: a copy of the template *previous*, filled by *fill*."""
    execute_drop(connection, name)
    execute_create(server, connection, name, previous)
    fill(make_conninfo(server.conninfo, dbname=name))


def _role_may_exist(error: SqlgenError) -> bool:
    """Return whether a role that an earlier template left may have caused the error."""
    return any(diagnostic.code == _DUPLICATE_OBJECT for diagnostic in error.diagnostics)


def _drop_roles(connection: psycopg.Connection[TupleRow]) -> bool:
    """Drop the roles that the migrations of earlier templates created; return whether any existed.

    Does so only on an embedded server that has no databases but ours: roles belong to the whole
    server.
    """
    others = connection.execute(
        "SELECT FROM pg_catalog.pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
        " AND NOT pg_catalog.starts_with(datname, 'sqlgen_')"
    ).fetchone()
    if others is not None or connection.info.user != SUPERUSER:
        return False
    _drop_oldest(connection, keep=0)  # a role that owns something cannot be dropped
    roles = connection.execute(
        "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname <> current_user"
        " AND NOT pg_catalog.starts_with(rolname, 'pg_')"
    ).fetchall()
    for (role,) in roles:
        with suppress(psycopg.Error):
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    return bool(roles)


def _drop_oldest(
    connection: psycopg.Connection[TupleRow], *, keep: int, but: str = ""
) -> None:
    """Drop all templates of our role except the newest *keep* ones and the one named *but*.

    One that is being copied stays.
    """
    templates = connection.execute(
        "SELECT datname FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname, %s)"
        " AND datdba = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)"
        # A template that is still being made allows connections.
        " AND NOT datallowconn AND datname <> %s ORDER BY oid::bigint DESC OFFSET %s",
        (PREFIX, but, keep),
    ).fetchall()
    for (name,) in templates:
        with suppress(psycopg.Error):
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _drop_unfinished(connection: psycopg.Connection[TupleRow]) -> None:
    """Drop the unfinished templates of killed processes: nobody holds the lock of their names."""
    databases = connection.execute(
        "SELECT datname, pg_catalog.left(datname, -pg_catalog.length(%s)) FROM pg_catalog.pg_database"
        " WHERE pg_catalog.starts_with(datname, %s) AND pg_catalog.right(datname, pg_catalog.length(%s)) = %s"
        " AND datdba = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)",
        (_UNFINISHED, PREFIX, _UNFINISHED, _UNFINISHED),
    ).fetchall()
    for unfinished, name in databases:
        lock = (
            "SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended(%s, 0))"
        )
        if connection.execute(lock, (name,)).fetchone() == (True,):
            with suppress(psycopg.Error):
                execute_drop(connection, unfinished)
            connection.execute(
                "SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended(%s, 0))",
                (name,),
            )
