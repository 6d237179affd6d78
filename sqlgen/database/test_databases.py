"""A server -> databases for tests: copies of templates that are made once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from ..embedded.cluster import SUPERUSER
from ..model.diagnostic import SqlgenError
from .server import Server
from .stale_databases import drop_leftovers, new_name

PREFIX = "sqlgen_template_"
_UNFINISHED = "_new"
_KEPT = 8  # templates on a server; there is a new one after each change of a migration


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a template: its name, and what makes it of a database that has all before it.

    The key tells everything that the step is made of, and the steps before it.
    """

    key: str
    fill: Callable[[str], None]


@contextmanager
def copy(
    server: Server, steps: Sequence[Step], *, keep: Callable[[], bool]
) -> Iterator[str]:
    """A copy of the template that *steps* make, as a connection string; it goes with the block.

    Templates stay on the server for the next time. The copy stays, too, if *keep* says so at the
    end; on a given server for a day, or until the next run after that.
    """
    name = new_name()
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        template = "template0"
        for step in steps:
            template = _template(server, connection, step, template)
        _create(server, connection, name, template)
    try:
        yield make_conninfo(server.conninfo, dbname=name)
    finally:
        if not keep():
            with psycopg.connect(server.conninfo, autocommit=True) as connection:
                _drop(connection, name)


def _template(
    server: Server, connection: psycopg.Connection[TupleRow], step: Step, before: str
) -> str:
    """The name of the template; the lock is for others that want the same one at the same time.

    Made under another name, so that one that is there is whole; whoever connected to it later
    would keep it from being copied.
    """
    name = f"{PREFIX}{step.key}"
    if _exists(connection, name):
        return name
    connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (name,))
    try:
        if not _exists(connection, name):
            drop_leftovers(connection)
            _forget_old(connection, but=before)
            _forget_unfinished(connection)
            unfinished = f"{name}{_UNFINISHED}"
            try:
                _make(server, connection, step, before, unfinished)
            except SqlgenError as error:
                if not (_is_about_roles(error) and _forget_roles(connection)):
                    raise
                _make(server, connection, step, before, unfinished)
            for change in ("ALLOW_CONNECTIONS false", f"RENAME TO {name}"):
                connection.execute(f"ALTER DATABASE {unfinished} {change}".encode())
    finally:
        connection.execute(
            "SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (name,)
        )
    return name


def _make(
    server: Server,
    connection: psycopg.Connection[TupleRow],
    step: Step,
    before: str,
    name: str,
) -> None:
    _drop(connection, name)
    _create(server, connection, name, before)
    step.fill(make_conninfo(server.conninfo, dbname=name))


def _is_about_roles(error: SqlgenError) -> bool:
    """Whether it may come from a role that an earlier template has left: duplicate_object."""
    return any(diagnostic.code == "42710" for diagnostic in error.diagnostics)


def _forget_roles(connection: psycopg.Connection[TupleRow]) -> bool:
    """Drop the roles that the migrations of earlier templates have made; gives whether there were.

    Only on a server that has nothing but our databases.
    """
    others = connection.execute(
        "SELECT FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
        " AND NOT starts_with(datname, 'sqlgen_')"
    ).fetchone()
    if others is not None or connection.info.user != SUPERUSER:
        return False
    _forget_old(connection, kept=0)
    roles = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname <> current_user"
        " AND NOT starts_with(rolname, 'pg_')"
    ).fetchall()
    for (role,) in roles:
        with suppress(psycopg.Error):
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
    return bool(roles)


def _exists(connection: psycopg.Connection[TupleRow], name: str) -> bool:
    query = "SELECT FROM pg_database WHERE datname = %s"
    return connection.execute(query, (name,)).fetchone() is not None


def _create(
    server: Server, connection: psycopg.Connection[TupleRow], name: str, template: str
) -> None:
    statement = "CREATE DATABASE {} TEMPLATE {}"
    if template == "template0":
        statement += " ENCODING 'UTF8'"
        row = connection.execute(
            "SELECT FROM pg_database WHERE datname = 'template0'"
            " AND pg_encoding_to_char(encoding) <> 'UTF8'"
        ).fetchone()
        if row is not None:
            statement += " LC_COLLATE 'C' LC_CTYPE 'C'"
    if server.private and server.version >= 150000:
        statement += " STRATEGY file_copy"
    names = map(sql.Identifier, (name, template))
    connection.execute(sql.SQL(statement).format(*names))


def _drop(connection: psycopg.Connection[TupleRow], name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    connection.execute(statement.format(sql.Identifier(name)))


def _forget_old(
    connection: psycopg.Connection[TupleRow], *, but: str = "", kept: int = _KEPT - 1
) -> None:
    """Drop the templates of our role that were made first, unless one is being copied."""
    found = connection.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        " AND datdba = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        " AND NOT datallowconn AND datname <> %s ORDER BY oid::bigint DESC OFFSET %s",
        (PREFIX, but, kept),
    ).fetchall()
    for (name,) in found:
        with suppress(psycopg.Error):
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _forget_unfinished(connection: psycopg.Connection[TupleRow]) -> None:
    """Drop what processes left behind that were killed while they made a template.

    Whoever makes one holds the lock of its name.
    """
    found = connection.execute(
        "SELECT datname, left(datname, -length(%s)) FROM pg_database"
        " WHERE starts_with(datname, %s) AND right(datname, length(%s)) = %s"
        " AND datdba = (SELECT oid FROM pg_roles WHERE rolname = current_user)",
        (_UNFINISHED, PREFIX, _UNFINISHED, _UNFINISHED),
    ).fetchall()
    for unfinished, name in found:
        lock = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
        if connection.execute(lock, (name,)).fetchone() == (True,):
            with suppress(psycopg.Error):
                _drop(connection, unfinished)
            connection.execute(
                "SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (name,)
            )
