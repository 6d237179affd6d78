"""A server -> a fresh database on it, dropped whatever happens."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from ..model import session
from ..model.diagnostic import Diagnostic, ServerUnavailableError
from .server import Server
from .stale_databases import drop_leftovers, new_name


@contextmanager
def scratch(
    server: Server,
    *,
    search_path: Sequence[str] = ("public",),
    template: str = "template0",
) -> Iterator[psycopg.Connection[TupleRow]]:
    """An autocommit connection to a new database; the database goes with the block.

    It is empty, or a copy of *template*, a scratch database that nobody is connected to.

    The session is the same everywhere: `search_path` as given, UTC, ISO dates. Those are the
    defaults that `RESET` and `DISCARD ALL` come back to.

    Raises `ServerUnavailableError` where the server refuses to create the database.
    """
    name = new_name()
    try:
        create(server, name, template)
        with connected(server, name, search_path) as connection:
            yield connection
    finally:
        drop(server, name)


@contextmanager
def connection(server: Server) -> Iterator[psycopg.Connection[TupleRow]]:
    """An autocommit connection to the server's maintenance database."""
    with psycopg.connect(server.conninfo, autocommit=True) as lent:
        yield lent


def answers(server: Server) -> bool:
    """Whether the server is still there."""
    try:
        with connection(server):
            return True
    except psycopg.OperationalError:
        return False


@contextmanager
def connected(
    server: Server, name: str, search_path: Sequence[str] = ("public",)
) -> Iterator[psycopg.Connection[TupleRow]]:
    """An autocommit connection to the database *name*, its session as `scratch` says.

    Raises `ServerUnavailableError` where the server refuses it.
    """
    conninfo = make_conninfo(
        server.conninfo,
        dbname=name,
        client_encoding="utf-8",
        options=options(server.conninfo, session.settings(search_path)),
    )
    try:
        connection = psycopg.connect(conninfo, autocommit=True)
    except psycopg.Error as error:
        raise _refused(error) from None
    try:
        yield connection
    finally:
        connection.close()


def create(server: Server, name: str, template: str = "template0") -> None:
    """Create the database, as a rule from `template0`, which nobody has put anything into.

    On a server whose own encoding is another, only the locale C goes with UTF8. Copying files is
    faster than PostgreSQL 15's default way where the files are never synced to disk.

    Raises `ServerUnavailableError` where the server refuses it.
    """
    try:
        with psycopg.connect(server.conninfo, autocommit=True) as connection:
            if not server.private:
                drop_leftovers(connection)
            encoding = connection.execute(
                "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s",
                (template,),
            ).fetchone()
            statement = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'"
            if encoding != ("UTF8",):
                statement += " LC_COLLATE 'C' LC_CTYPE 'C'"
            if server.private and server.version >= 150000:
                statement += " STRATEGY file_copy"
            names = map(sql.Identifier, (name, template))
            connection.execute(sql.SQL(statement).format(*names))
    except psycopg.Error as error:
        raise _refused(error) from None


def _refused(error: psycopg.Error) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(
            code="server-unavailable",
            message=f"no scratch database could be created: {str(error).strip()}",
            label=None,
            hint="check the server that `server` or `SQLGEN_SERVER_URL` names",
        )
    )


def drop(server: Server, name: str) -> None:
    """Drop the database, also from under other connections.

    A server that is gone by now cannot be asked to: ours forgets its databases at the next
    start, and on a given one the next run drops what is a day old.
    """
    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(server.conninfo, autocommit=True) as connection,
    ):
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                sql.Identifier(name)
            )
        )


def options(conninfo: str, settings: Mapping[str, str]) -> str:
    """The `options` of *conninfo* with *settings* after its own (manual 34.1.2).

    Settings made there win over those of the role and come back with `RESET`.
    """
    own = conninfo_to_dict(conninfo).get("options") or ""
    return " ".join([*([str(own)] if own else []), session.startup_options(settings)])
