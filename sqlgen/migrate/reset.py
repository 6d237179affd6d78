"""A database -> the same database, empty."""

import ipaddress

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from ..conninfo import parse_conninfo
from ..model.diagnostic import Diagnostic, ServerUnavailableError, SqlgenError
from .protocol import server_unavailable

# The columns of the locale, by server version (catalogs.sgml, pg_database).
_LOCALE_COLUMNS = {
    150000: "datlocprovider, daticulocale",
    160000: "datlocprovider, daticulocale",
    170000: "datlocprovider, datlocale",
}


def reset(conninfo: str, *, force: bool = False) -> None:
    """Drop the database and create it with the same owner, encoding and locale.

    Connections to it are ended. A database that does not exist is created. Raises `SqlgenError` for
    a database on another machine, unless *force*, and for a template database.
    """
    try:
        name = _name(conninfo)
        with psycopg.connect(_maintenance(conninfo, name), autocommit=True) as server:
            info = server.info
            if not force and not on_this_machine(info.host, info.hostaddr):
                raise _refused(
                    f"the database `{name}` is on another machine, `{info.host}`",
                    "use `--force` if everything in it may be lost",
                )
            statement = _creation(server, name)
            identifier = sql.Identifier(name)
            server.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier)
            )
            server.execute(statement)
    except psycopg.Error as error:
        raise server_unavailable(error, conninfo) from error


def on_this_machine(host: str, address: str) -> bool:
    """Return whether a connection is to this machine, by the host's name and address."""
    if host.startswith(("/", "@")):  # a Unix socket
        return True
    try:
        return ipaddress.ip_address(address or host).is_loopback
    except ValueError:
        return host == "localhost"


def _name(conninfo: str) -> str:
    """Return the database's name as libpq chooses it: as given, PGDATABASE, or the user's."""
    parameters = parse_conninfo(
        conninfo, raises=ServerUnavailableError, allow_empty=True
    )
    defaults = {
        option.keyword.decode(): (option.val or b"").decode()
        for option in psycopg.pq.Conninfo.get_defaults()
    }
    for keyword in ("dbname", "user"):
        if name := parameters.get(keyword) or defaults.get(keyword):
            return str(name)
    return ""


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
        "SELECT datistemplate, pg_get_userbyid(datdba), pg_encoding_to_char(encoding),"
        f" datcollate, datctype, {locale_columns} FROM pg_database WHERE datname = %s".encode(),
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
