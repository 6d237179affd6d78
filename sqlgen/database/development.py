"""A project -> its development server, which keeps its data and runs until it is stopped.

Its files are in the project's folder `.sqlgen/`, which git ignores. They are in the cache directory if
sqlgen runs as root, and the user that PostgreSQL runs as cannot reach the project, or if the project's
path has a character that PostgreSQL or libpq would take for syntax.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from ..embedded import find_binaries
from ..embedded.account import Account, make_folder, server_account, storage_folder
from ..embedded.clusters import own_clusters, pristine
from ..embedded.processes import detached, pid_file
from ..embedded.processes.socket_folder import PORT
from ..embedded.programs import extension_shims
from ..embedded.programs.binaries import Binaries, from_wheel, in_folder, installed
from ..embedded.programs.binaries_copy import runnable_binaries
from ..model.diagnostic import ServerUnavailableError, server_unavailable
from ..model.session import OWN_CLUSTER
from . import tcp, urls
from .server import Server, embedded_conninfo

_SETTINGS = {
    "cluster_name": OWN_CLUSTER,
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "32MB",
    "synchronous_commit": "off",
    "max_wal_size": "256MB",
    "log_min_messages": "fatal",
}

_LIST_SYNTAX = frozenset('",:\n')
"""Characters that PostgreSQL reads as syntax of a list of folders, or libpq of a list of hosts."""


def start(
    root: Path,
    *,
    extensions: Path | None = None,
    programs: Path | None = None,
    listen: tcp.Address | None = None,
) -> Server:
    """Return the development server of the project at *root*; create and start it if necessary.

    From then on it listens at the address *listen*, or at none if that is `tcp.NOWHERE`; with `None`, as before.

    *extensions* is the folder of the project's extension shims, and *programs* that of PostgreSQL's
    programs, if the project names one. Raises `ServerUnavailableError` if
    the server does not start, or runs and would have to listen elsewhere.
    """
    account = server_account()
    folder = _folder(root, account)
    _make_base(root, folder, account)
    with _locked(folder):
        if (folder / "boot").exists() and not _is_ours(root, folder):
            raise server_unavailable(
                f"the development database in `{folder}` was not made by this user's sqlgen:"
                " it may be a part of the checkout, and run programs",
                "delete it with `sqlgen db reset`, and run this again",
            )
        if server := running(root):
            if listen is not None and listen != tcp.address(folder):
                raise server_unavailable(
                    "the development database runs, and listens elsewhere",
                    "stop it with `sqlgen db stop`, and run this again",
                )
            return server
        binaries = runnable_binaries(_binaries(folder, programs), account)
        if not (folder / "boot").exists():
            pristine.initialize(folder, binaries, account)
            _register(folder)
        login = tcp.login(folder) if listen is None else tcp.new_login(listen)
        settings = _SETTINGS | tcp.settings(folder, login)
        if binaries.major >= 18:
            settings["extension_control_path"] = extension_shims.install(
                folder, extensions
            )
        port = login.address.port if login else PORT
        detached.start(binaries, folder, account, tuple(settings.items()), port)
        server = running(root)
        assert server is not None
        if listen is not None:
            tcp.remember(folder, login, server.conninfo)
    return server


def stop(root: Path) -> bool:
    """Stop the development server, and return whether it was running.

    Nothing is written in a project that has none.
    """
    account = server_account()
    folder = _folder(root, account)
    if not folder.exists() or not _is_ours(root, folder):
        return False
    with _locked(folder):
        return detached.stop(folder, account)


def remove(root: Path) -> None:
    """Stop the development server, and delete all its files."""
    stop(root)
    folder = _folder(root, server_account())
    if folder.exists():
        shutil.rmtree(folder)


def running(root: Path) -> Server | None:
    """Return the development server if it runs, or None."""
    folder = _folder(root, server_account())
    if not _is_ours(root, folder):
        return None
    state = pid_file.read_postmaster_pid(folder)
    if state is None or not pid_file.is_running(state, folder):
        return None
    conninfo = embedded_conninfo(state.sockets, state.port)
    try:
        with psycopg.connect(conninfo) as connection:
            return Server(
                conninfo=conninfo, version=connection.info.server_version, embedded=True
            )
    except psycopg.OperationalError:
        return None  # it is still starting


def tcp_url(root: Path, database: str) -> str:
    """Return the URL of *database* at the port that the development server listens on, with the password.

    Raises `ServerUnavailableError` if it listens on none.
    """
    login = tcp.login(_folder(root, server_account()))
    if login is None:
        raise server_unavailable(
            "the development database listens on no port",
            "stop it with `sqlgen db stop`, and start it with `sqlgen db start --port 5433`",
        )
    return urls.url(make_conninfo(tcp.conninfo(login), dbname=database))


def url(server: Server, database: str) -> str:
    """Return the URL of *database* on the development server; create the database if necessary."""
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        exists = "SELECT FROM pg_catalog.pg_database WHERE datname = %s"
        if connection.execute(exists, (database,)).fetchone() is None:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0")
            # Another process may create it at the same time.
            with suppress(errors.DuplicateDatabase, errors.UniqueViolation):
                connection.execute(statement.format(sql.Identifier(database)))
    return urls.url(make_conninfo(server.conninfo, dbname=database))


def _folder(root: Path, account: Account) -> Path:
    """Return the folder of the server's files, which may not exist yet.

    Raises `ServerUnavailableError` for a link in the project: it may lead to any place of the user's.
    """
    base = root / ".sqlgen"
    if account.can_reach(base) and not _LIST_SYNTAX.intersection(str(base)):
        for place in (base, base / "postgresql"):
            if place.is_symlink():
                raise _linked(place)
        return base / "postgresql"
    name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    return storage_folder(account) / f"project-{name}"


def _is_ours(root: Path, folder: Path) -> bool:
    """Return whether the cluster is outside of the project, or made by this user's sqlgen."""
    return folder.parent != root / ".sqlgen" or own_clusters.is_registered(folder)


def _register(folder: Path) -> None:
    try:
        own_clusters.register(folder)
    except OSError as error:
        raise server_unavailable(
            f"it cannot be noted that `{folder}` is ours: {error.strerror or error}",
            "make the user's state directory writable, or set `XDG_STATE_HOME` to one that is",
        ) from None


def _make_base(root: Path, folder: Path, account: Account) -> None:
    """Make the project's folder `.sqlgen/`, if the server's files are there."""
    base = root / ".sqlgen"
    if folder.parent == base:
        make_folder(base, account)
        ignore = _open(base / ".gitignore")
        try:
            os.ftruncate(ignore, 0)
            os.write(ignore, b"*\n")
        finally:
            os.close(ignore)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Make other processes wait that want to start or stop the server."""
    lock = _open(folder.with_name(f"{folder.name}.lock"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _open(path: Path) -> int:
    """Open a file to write; raise `ServerUnavailableError` for a link, which is not followed.

    Neither is one that has taken the place of its folder.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            return os.open(path.name, flags, 0o644, dir_fd=folder)
        finally:
            os.close(folder)
    except OSError as error:
        if path.is_symlink():
            raise _linked(path) from None
        raise server_unavailable(
            f"`{path}` cannot be written: {error.strerror}",
            "check who may write in its folder",
        ) from None


def _linked(path: Path) -> ServerUnavailableError:
    return server_unavailable(
        f"`{path}` is a link, which may lead anywhere", "remove it, and run this again"
    )


def _binaries(folder: Path, programs: Path | None) -> Binaries:
    """Return programs that can run the cluster: of the major version that it was made with.

    They are those in the folder *programs*, if it is not `None`.

    Raises `ServerUnavailableError` if there are none.
    """
    try:
        major = int((folder / "data" / "PG_VERSION").read_text())
    except (FileNotFoundError, ValueError):
        return in_folder(programs) if programs else find_binaries()
    candidates = [in_folder(programs)] if programs else [from_wheel(), *installed()]
    for binaries in candidates:
        if binaries is not None and binaries.major == major:
            return binaries
    raise server_unavailable(
        f"the development database was made by PostgreSQL {major}, which is not"
        f" {'that of `server`' if programs else 'installed'}",
        f"{'change `server`' if programs else 'install it'}, or start anew by deleting {folder}",
    )
