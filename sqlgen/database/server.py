"""`"embedded"` or a URL -> a server on which databases can be made."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from .. import embedded
from ..embedded import Running, cluster, process
from ..embedded import binaries as programs
from ..embedded.binaries import Binaries
from ..model.diagnostic import Diagnostic, ServerUnavailableError
from .stale_databases import drop_leftovers


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server.

    `conninfo` connects to its maintenance database. `version` is `server_version_num`. `private`:
    it is our own, and nobody else's databases are on it. `fingerprint` tells servers apart on which
    the same migrations may make different databases (their programs, the stand-ins for extensions);
    it is empty where nothing is known of that.
    """

    conninfo: str = field(repr=False)
    version: int
    private: bool
    fingerprint: str = ""


@contextmanager
def server(
    spec: str,
    *,
    extensions: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
    binaries: Binaries | None = None,
) -> Iterator[Server]:
    """Lend a server: `"embedded"` starts one for the time of the block, a URL names a given one.

    *extensions* is the project's folder of stand-ins for extensions that the embedded server does
    not have. *binaries* are those to start, instead of the wheel's or the newest installed ones.

    Raises `ServerUnavailableError` where there is none, or it is too old, or it does not allow
    databases to be created.
    """
    if spec == "embedded":
        with embedded.running(
            extensions=extensions, progress=progress, binaries=binaries
        ) as started:
            yield ours(started)
    else:
        yield given(spec)


def ours(running: Running) -> Server:
    """The server that we have started ourselves."""
    conninfo = conninfo_of(running.sockets)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        drop_leftovers(connection, age=0)  # nobody else uses this server
    return Server(
        conninfo=conninfo,
        version=running.version,
        private=True,
        fingerprint=running.fingerprint,
    )


def conninfo_of(sockets: Path) -> str:
    """What connects to the maintenance database of a server of ours with those sockets."""
    return make_conninfo(
        host=str(sockets),
        port=process.PORT,
        user=cluster.SUPERUSER,
        dbname="postgres",
        sslmode="disable",
        gssencmode="disable",
    )


def given(url: str) -> Server:
    """The server at *url*, if scratch databases can be made on it.

    Raises `ServerUnavailableError` as `server` does.
    """
    try:
        parameters = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        parameters = {}
    if not parameters or "@" in str(parameters.get("host", "")):
        # libpq's own message would quote the password.
        raise _unavailable(
            "the server's connection URL cannot be read",
            "write it as `postgresql://user:password@host:port/database`, and percent-encode "
            "special characters of the password",
        )
    conninfo = make_conninfo(
        url, connect_timeout=parameters.get("connect_timeout") or 10
    )
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            version = connection.info.server_version
            allowed = connection.execute(
                "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.OperationalError as error:
        raise _unavailable(
            f"the server cannot be reached: {_reason(error, parameters.get('password'))}",
            "check the URL, and that the server runs",
        ) from None
    if version < programs.OLDEST * 10000:
        raise _unavailable(
            f"the server is PostgreSQL {version // 10000}, which sqlgen does not support",
            f"use PostgreSQL {programs.OLDEST} or newer",
        )
    if allowed != (True,):
        raise _unavailable(
            "the server does not let this user create databases",
            "run `ALTER ROLE … CREATEDB` as a superuser, or use another user",
        )
    return Server(conninfo=conninfo, version=version, private=False)


def _reason(error: psycopg.OperationalError, password: object) -> str:
    """The message of libpq in one line, without what a mistaken URL makes of the password."""
    text = "; ".join(line.strip() for line in str(error).splitlines() if line.strip())
    if password:
        text = text.replace(str(password), "…")
    return re.sub(r'(invalid \w+ (?:value|number)[^"]*)"[^"]*"', r"\1…", text)


def _unavailable(message: str, hint: str) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(code="server-unavailable", message=message, label=None, hint=hint)
    )
