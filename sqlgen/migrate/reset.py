"""A database -> the same database, empty."""

import ipaddress
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from ..model.diagnostic import Diagnostic, SqlgenError
from .sessions.connection import NO_DATABASE, connect, outside_of_files

_CURRENT = """
SELECT datname, pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
"""

# The columns of the locale, by server version (catalogs.sgml, pg_database).
_LOCALE_COLUMNS = {
    150000: "datlocprovider, daticulocale",
    160000: "datlocprovider, daticulocale",
    170000: "datlocprovider, datlocale",
}


@dataclass(frozen=True, slots=True)
class DatabaseToReset:
    """A database as the server itself names it; `owner` is `None` if it does not exist yet."""

    conninfo: str = field(repr=False)
    name: str
    owner: str | None
    server: str

    def __str__(self) -> str:
        """Return the database with its owner and server, for a question."""
        owner = f" of {self.owner}" if self.owner is not None else ""
        return f"the database `{self.name}`{owner} on {self.server}"


def find_database(conninfo: str, *, force: bool = False) -> DatabaseToReset:
    """Connect to the database that *conninfo* leads to, and return it.

    Its name may come from a service file, from PGDATABASE or be the user's, so the server is asked,
    and libpq for the name of a database that does not exist. Raises `SqlgenError` for a database on
    another machine, unless *force*; `ServerUnavailableError` if the server cannot be reached.
    """
    try:
        with connect(conninfo) as connection:
            row = connection.execute(_CURRENT).fetchone()
            assert row is not None
            return _checked(connection.info, conninfo, *row, force=force)
    except psycopg.OperationalError as error:
        name = error.pgconn.db.decode() if error.pgconn is not None else ""
        if not name or not NO_DATABASE.search(str(error)):
            raise outside_of_files(error, conninfo) from None
    except psycopg.Error as error:
        raise outside_of_files(error, conninfo) from None
    try:
        with connect(_maintenance(conninfo, name)) as server:
            return _checked(server.info, conninfo, name, None, force=force)
    except psycopg.Error as error:
        raise outside_of_files(error, conninfo) from None


def reset(database: DatabaseToReset) -> None:
    """Drop the database and create it with the same owner, encoding and locale.

    Connections to it are ended. A database that does not exist is created. Raises `SqlgenError` for a
    template database.
    """
    identifier = sql.Identifier(database.name)
    maintenance = _maintenance(database.conninfo, database.name)
    try:
        with connect(maintenance) as server:
            creation = _creation(server, database.name)
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            server.execute(drop.format(identifier))
            server.execute(creation)
    except psycopg.Error as error:
        raise outside_of_files(error, database.conninfo) from None


def _checked(
    info: psycopg.ConnectionInfo,
    conninfo: str,
    name: str,
    owner: str | None,
    *,
    force: bool,
) -> DatabaseToReset:
    """Return the database, unless it is on another machine and not *force*."""
    server = info.host if info.host.startswith("/") else f"{info.host}:{info.port}"
    if not force and not on_this_machine(info.host, info.hostaddr):
        raise _refused(
            f"the database `{name}` is on another machine, `{info.host}`",
            "use `--force` if everything in it may be lost",
        )
    # The same server again, even if the connection string names several.
    pinned = make_conninfo(conninfo, dbname=name, host=info.host, port=info.port)
    if info.hostaddr:
        pinned = make_conninfo(pinned, hostaddr=info.hostaddr)
    return DatabaseToReset(pinned, name, owner, server)


def on_this_machine(host: str, address: str) -> bool:
    """Return whether a connection is to this machine, by the host's name and address."""
    if host.startswith(("/", "@")):  # a Unix socket
        return True
    try:
        return ipaddress.ip_address(address or host).is_loopback
    except ValueError:
        return host == "localhost"


def _maintenance(conninfo: str, name: str) -> str:
    """Return the connection string of another database, from which *name* can be dropped."""
    other = "template1" if name == "postgres" else "postgres"
    return make_conninfo(conninfo, dbname=other)


def _creation(server: psycopg.Connection[TupleRow], name: str) -> sql.Composed:
    """Return the statement that creates a database like the existing one."""
    version = server.info.server_version
    locale_columns = next(
        (c for v, c in sorted(_LOCALE_COLUMNS.items(), reverse=True) if version >= v),
        "'c', NULL",
    )
    row = server.execute(
        "SELECT datistemplate, pg_catalog.pg_get_userbyid(datdba), pg_catalog.pg_encoding_to_char(encoding),"
        f" datcollate, datctype, {locale_columns} FROM pg_catalog.pg_database WHERE datname = %s".encode(),
        (name,),
    ).fetchone()
    create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if row is None:
        return create
    is_template, owner, encoding, collate, ctype, provider, locale = row
    if is_template:
        raise _refused(
            f"`{name}` is a template of the server's other databases",
            "name the project's own database in the URL",
        )
    parts: list[sql.Composable] = [
        create,
        sql.SQL(
            "OWNER {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}"
        ).format(
            sql.Identifier(str(owner)), *map(sql.Literal, (encoding, collate, ctype))
        ),
    ]
    if provider == "i":
        parts.append(
            sql.SQL("LOCALE_PROVIDER icu ICU_LOCALE {}").format(sql.Literal(locale))
        )
    elif provider == "b":
        parts.append(
            sql.SQL("LOCALE_PROVIDER builtin BUILTIN_LOCALE {}").format(
                sql.Literal(locale)
            )
        )
    elif version >= 150000:
        parts.append(sql.SQL("LOCALE_PROVIDER libc"))
    return sql.SQL(" ").join(parts)


def _refused(message: str, hint: str) -> SqlgenError:
    return SqlgenError(
        Diagnostic(code="reset-refused", message=message, label=None, hint=hint)
    )
