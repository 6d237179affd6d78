"""A project -> its development server, which keeps its data and runs until it is stopped.

Its files are in the project's folder `.sqlgen/`, which git ignores. If sqlgen runs as root, and the
user that PostgreSQL runs as cannot reach the project, they are in the machine's cache directory.
"""

import fcntl
import hashlib
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ..embedded import cluster, extension_shims, find_binaries, process
from ..embedded.account import Account, server_account, storage_folder
from ..embedded.binaries import Binaries, from_wheel, installed
from ..embedded.binaries_copy import runnable_binaries
from ..model.diagnostic import Diagnostic, ServerUnavailableError
from . import urls
from .server import Server, embedded_conninfo

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "32MB",
    "synchronous_commit": "off",
    "max_wal_size": "256MB",
    "log_min_messages": "fatal",
}

_RESTART_SECONDS = 10.0


def start(root: Path, *, extensions: Path | None = None) -> Server:
    """Return the development server of the project at *root*; create and start it if necessary.

    *extensions* is the folder of the project's extension shims. Raises `ServerUnavailableError` if
    the server does not start.
    """
    account = server_account()
    folder = _folder(root, account)
    with _locked(folder):
        if server := running(root):
            return server
        binaries = runnable_binaries(_binaries(folder), account)
        if not (folder / "boot").exists():
            cluster.initialize(folder, binaries, account)
        settings = dict(_SETTINGS)
        if binaries.major >= 18:
            settings["extension_control_path"] = extension_shims.install(
                folder, extensions
            )
        sockets = process.socket_folder(folder, account)
        options = ["-k", str(sockets), "-p", str(process.PORT)]
        for name, value in settings.items():
            options += ("-c", f"{name}={value}")
        _start(binaries, account, folder, shlex.join(options))
    server = running(root)
    assert server is not None
    return server


def stop(root: Path) -> bool:
    """Stop the development server, and return whether it was running."""
    account = server_account()
    folder = _folder(root, account)
    with _locked(folder):
        server = running(root)
        if server is None:
            return False
        sockets = Path(str(conninfo_to_dict(server.conninfo)["host"]))
        binaries = runnable_binaries(_binaries(folder), account)
        _pg_ctl(binaries, account, folder, "stop", "-m", "fast")
        process.remove_socket_folder(sockets)
        return True


def remove(root: Path) -> None:
    """Stop the development server, and delete all its files."""
    stop(root)
    folder = _folder(root, server_account())
    if folder.exists():
        shutil.rmtree(folder)


def running(root: Path) -> Server | None:
    """Return the development server if it runs, or None."""
    folder = _folder(root, server_account())
    state = process.read_postmaster_pid(folder)
    if state is None:
        return None
    _, sockets = state
    conninfo = embedded_conninfo(sockets)
    try:
        with psycopg.connect(conninfo) as connection:
            return Server(
                conninfo=conninfo, version=connection.info.server_version, embedded=True
            )
    except psycopg.OperationalError:
        return None  # the file is from before the machine's last boot


def url(server: Server, database: str) -> str:
    """Return the URL of *database* on the development server; create the database if necessary."""
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        exists = "SELECT FROM pg_database WHERE datname = %s"
        if connection.execute(exists, (database,)).fetchone() is None:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0")
            # Another process may create it at the same time.
            with suppress(errors.DuplicateDatabase, errors.UniqueViolation):
                connection.execute(statement.format(sql.Identifier(database)))
    return urls.url(make_conninfo(server.conninfo, dbname=database))


def _folder(root: Path, account: Account) -> Path:
    base = root / ".sqlgen"
    if account.can_reach(base):
        base.mkdir(exist_ok=True)
        (base / ".gitignore").write_text("*\n")
        return base / "postgresql"
    name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    return storage_folder(account) / f"project-{name}"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Make other processes wait that want to start or stop the server."""
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _binaries(folder: Path) -> Binaries:
    """Return programs that can run the cluster: of the major version that it was made with.

    Raises `ServerUnavailableError` if there are none.
    """
    try:
        major = int((folder / "data" / "PG_VERSION").read_text())
    except FileNotFoundError:
        return find_binaries()
    for binaries in (from_wheel(), *installed()):
        if binaries is not None and binaries.major == major:
            return binaries
    raise _unavailable(
        f"the development database was made by PostgreSQL {major}, which is not installed",
        f"install it, or start anew by deleting {folder}",
    )


def _start(binaries: Binaries, account: Account, folder: Path, options: str) -> None:
    """Start the server; if the last one was killed, try until its child processes have ended."""
    killed = process.read_postmaster_pid(folder) is not None
    deadline = time.monotonic() + _RESTART_SECONDS
    while True:
        try:
            return _pg_ctl(binaries, account, folder, "start", "-o", options)
        except ServerUnavailableError:
            if not killed or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def _pg_ctl(
    binaries: Binaries, account: Account, folder: Path, *arguments: str
) -> None:
    """Run pg_ctl, which waits until the server has started or stopped."""
    log = folder / "data" / "log.txt"
    with (
        tempfile.TemporaryFile() as output
    ):  # a pipe would stay open as long as the server runs
        result = subprocess.run(
            (binaries.folder / "pg_ctl", "-D", folder / "data", "-l", log, *arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            cwd="/",
            env=process.environment(),
            user=account.user,
            group=account.group,
            extra_groups=account.extra_groups,
            start_new_session=True,
        )
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if result.returncode != 0:
        reason = "; ".join(line.strip() for line in text.splitlines() if line.strip())
        raise _unavailable(
            f"the development database could not {arguments[0]}: {reason}",
            f"look into {log}",
        )


def _unavailable(message: str, hint: str) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(code="server-unavailable", message=message, label=None, hint=hint)
    )
