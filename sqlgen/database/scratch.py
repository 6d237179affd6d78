"""A server -> a scratch database on it: a new one, dropped at the end of a block."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from ..model import session
from ..model.diagnostic import Diagnostic, ServerUnavailableError
from .scratch_roles import drop_unused_roles
from .server import Server
from .stale_databases import drop_stale_databases, new_scratch_name


@contextmanager
def scratch(
    server: Server,
    *,
    search_path: Sequence[str] = ("public",),
    template: str = "template0",
) -> Iterator[psycopg.Connection[TupleRow]]:
    """Create a database, yield an autocommit connection to it, and drop it, also after an error.

    The database is empty, or a copy of *template*, to which nobody may be connected.

    Each session has the same settings: *search_path*, time zone UTC, ISO dates. `RESET` and
    `DISCARD ALL` restore exactly these.

    Raises `ServerUnavailableError` if the server refuses to create the database.
    """
    name = new_scratch_name(connected=True)
    try:
        create_database(server, name, template)
        with connect(server, name, search_path) as connection:
            yield connection
    finally:
        drop_database(server, name)


@contextmanager
def maintenance_connection(server: Server) -> Iterator[psycopg.Connection[TupleRow]]:
    """Yield an autocommit connection to the server's maintenance database."""
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        yield connection


def is_reachable(server: Server) -> bool:
    """Return whether the server accepts connections."""
    try:
        with maintenance_connection(server):
            return True
    except psycopg.OperationalError:
        return False


@contextmanager
def connect(
    server: Server, name: str, search_path: Sequence[str] = ("public",)
) -> Iterator[psycopg.Connection[TupleRow]]:
    """Yield an autocommit connection to the database *name*, with the settings of `scratch`.

    Raises `ServerUnavailableError` if the server refuses it.
    """
    conninfo = make_conninfo(
        server.conninfo,
        dbname=name,
        client_encoding="utf-8",
        options=session_options(server.conninfo, session.settings(search_path)),
    )
    try:
        connection = psycopg.connect(conninfo, autocommit=True)
    except psycopg.Error as error:
        raise _creation_error(error) from None
    try:
        yield connection
    finally:
        connection.close()


def create_database(server: Server, name: str, template: str = "template0") -> None:
    """Create a database in UTF-8 from *template*; nobody has changed `template0`.

    Raises `ServerUnavailableError` if the server refuses it.
    """
    try:
        with maintenance_connection(server) as connection:
            if not server.embedded:
                drop_stale_databases(connection)
                drop_unused_roles(connection)
            execute_create(server, connection, name, template)
    except psycopg.Error as error:
        raise _creation_error(error) from None


def execute_create(
    server: Server, connection: psycopg.Connection[TupleRow], name: str, template: str
) -> None:
    """Run `CREATE DATABASE` on *connection*, which must be in autocommit mode.

    Raises `psycopg.Error` if the server refuses it.
    """
    encoding = connection.execute(
        "SELECT pg_catalog.pg_encoding_to_char(encoding) FROM pg_catalog.pg_database WHERE datname = %s",
        (template,),
    ).fetchone()
    statement = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'"
    if encoding != ("UTF8",):
        # The template's locale may belong to its encoding; only C goes with every encoding.
        statement += " LC_COLLATE 'C' LC_CTYPE 'C'"
    if server.embedded and server.version >= 150000:
        # The default, wal_log, is slower where files are never synced to disk.
        statement += " STRATEGY file_copy"
    names = map(sql.Identifier, (name, template))
    server.own_databases.add(name)
    connection.execute(sql.SQL(statement).format(*names))


def drop_database(server: Server, name: str) -> None:
    """Drop the database, and end the connections to it.

    If the server is gone, its scratch databases are dropped later: those of an embedded server
    at its next start, those of an external server by a run at least a day later.
    """
    with (
        suppress(psycopg.OperationalError),
        maintenance_connection(server) as connection,
    ):
        execute_drop(connection, name)
        if not server.embedded:
            drop_unused_roles(connection)


def execute_drop(connection: psycopg.Connection[TupleRow], name: str) -> None:
    """Run `DROP DATABASE … WITH (FORCE)` on *connection*, which must be in autocommit mode."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    connection.execute(statement.format(sql.Identifier(name)))


def session_options(conninfo: str, settings: Mapping[str, str]) -> str:
    """Return the `options` of *conninfo* with *settings* appended (manual 34.1.2).

    Settings made there override those of the role, and `RESET` restores them.
    """
    options = conninfo_to_dict(conninfo).get("options") or ""
    return " ".join(
        [*([str(options)] if options else []), session.startup_options(settings)]
    )


def _creation_error(error: psycopg.Error) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(
            code="server-unavailable",
            message=f"no scratch database could be created: {str(error).strip()}",
            label=None,
            hint="check the server that `server` or `SQLGEN_SERVER_URL` names",
        )
    )
