"""A server -> databases for tests: copies of templates that are made once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from .leftovers import drop_leftovers, new_name
from .server import Server

PREFIX = "sqlgen_template_"
_KEPT = 8  # templates on a server; there is a new one after each change of a migration


@contextmanager
def copy(
    server: Server, key: str, fill: Callable[[str], None], *, keep: Callable[[], bool]
) -> Iterator[str]:
    """A copy of the template called *key*, as a connection string; it goes with the block.

    The template stays on the server for the next time. Where there is none, *fill* makes it of an
    empty database, whose connection string it is given. The copy stays, too, if *keep* says so at
    the end; on a given server for a day, or until the next run after that.
    """
    name = new_name()
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        template = _template(server, connection, key, fill)
        _create(server, connection, name, template)
    try:
        yield make_conninfo(server.conninfo, dbname=name)
    finally:
        if not keep():
            with psycopg.connect(server.conninfo, autocommit=True) as connection:
                _drop(connection, name)


def _template(
    server: Server,
    connection: psycopg.Connection[TupleRow],
    key: str,
    fill: Callable[[str], None],
) -> str:
    """The name of the template; the lock is for others that want the same one at the same time.

    Made under another name, so that one that is there is whole; whoever connected to it later
    would keep it from being copied.
    """
    name = f"{PREFIX}{key}"
    if _exists(connection, name):
        return name
    connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (name,))
    try:
        if not _exists(connection, name):
            drop_leftovers(connection)
            _forget_old(connection)
            unfinished = f"{name}_new"
            _drop(connection, unfinished)
            _create(server, connection, unfinished, "template0")
            fill(make_conninfo(server.conninfo, dbname=unfinished))
            for change in ("ALLOW_CONNECTIONS false", f"RENAME TO {name}"):
                connection.execute(f"ALTER DATABASE {unfinished} {change}".encode())
    finally:
        connection.execute(
            "SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (name,)
        )
    return name


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


def _forget_old(connection: psycopg.Connection[TupleRow]) -> None:
    """Drop the templates of our role that were made first, unless one is being copied."""
    found = connection.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        " AND datdba = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        " AND NOT datallowconn ORDER BY oid::bigint DESC OFFSET %s",
        (PREFIX, _KEPT - 1),
    ).fetchall()
    for (name,) in found:
        with suppress(psycopg.Error):
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
