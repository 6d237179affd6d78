"""A cluster -> a running server that never outlives the process that started it.

A watchdog, a shell of a few hundred kilobytes, waits for the end of a pipe whose other end only
sqlgen's process holds. If that process ends in any way, even by SIGKILL, the pipe ends, and the
watchdog shuts the server down properly. sqlgen itself also stops it by closing the pipe.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from ..model.diagnostic import Diagnostic, ServerUnavailableError
from .account import Account
from .binaries import Binaries

SOCKETS = "s"
PORT = (
    5432  # only a part of the socket's name: the server does not listen on the network
)

# `exec` keeps the process id, so `$$` in the watchdog is that of the server. The double fork makes the
# watchdog a child of init, so that the server does not wait for it. If the watchdog reads a line before
# the pipe ends, the server has already exited, and its process id may belong to another process.
_LAUNCH = """
exec 3<&0 </dev/null
( { read -r gone <&3 || kill -INT $$; } >/dev/null 2>&1 & )
exec "$@" 3<&-
"""

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    # Files in the cluster, which are deleted with it: a server that is killed leaves nothing behind.
    "dynamic_shared_memory_type": "mmap",
    "shared_buffers": "16MB",
    # Nothing needs to survive a crash of the machine.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "16MB",
    "max_wal_size": "64MB",
    # Scratch databases exist for seconds, and their queries are not executed.
    "autovacuum": "off",
    "jit": "off",
    # Keeps the trees of analysed statements out of the log, but not the reason why a start fails.
    "log_min_messages": "fatal",
}

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_WATCHDOG_SECONDS = 1.0
_SHORT_PATH = Path("/tmp")
_LONGEST_SOCKET_FOLDER = 85
"""Bytes: a socket's path may have 107 (104 on macOS), of which `/.s.PGSQL.5432.lock` takes 19."""


@contextmanager
def run_postgres(
    binaries: Binaries,
    folder: Path,
    account: Account,
    settings: Sequence[tuple[str, str]] = (),
) -> Iterator[tuple[Path, Callable[[], None]]]:
    """Run the server on the cluster in *folder*`/data` during the block.

    Yields the folder of its socket, and a function that waits until clients can connect. That raises
    `ServerUnavailableError` with the end of the server's log if the server does not start.
    """
    sockets = socket_folder(folder, account)
    server: subprocess.Popen[bytes] | None = None
    try:
        server = _launch(binaries, folder, sockets, account, settings)
        yield sockets, partial(_wait_until_ready, server, folder)
    finally:
        if server is not None:
            _stop(server)
        remove_socket_folder(sockets)


def stop_orphan(folder: Path) -> bool:
    """Stop a server in *folder* that has outlived the process that started it.

    The watchdog gets a second to do so first. Returns whether no server uses the folder any more.
    The process id in `postmaster.pid` may belong to another process by now: only a server of ours has
    its socket in the folder.
    """
    watchdog_deadline = time.monotonic() + _WATCHDOG_SECONDS
    while state := read_postmaster_pid(folder):
        number, sockets = state
        if not _is_alive(number) or not _is_owned_as(number, folder / "data"):
            remove_socket_folder(sockets)
            return True
        overdue = time.monotonic() - watchdog_deadline
        if overdue > _STOP_SECONDS:
            return False
        if overdue > 0 and (sockets / f".s.PGSQL.{PORT}").exists():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGQUIT)
        time.sleep(0.01)
    return True


def environment() -> dict[str, str]:
    """Return the environment without `PG…` variables, which configure PostgreSQL's programs."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {
        "LC_ALL": "C"
    }


def socket_folder(folder: Path, account: Account) -> Path:
    """Return the folder for the socket: the cluster's own, or one with a short path if it is too long."""
    own = folder / SOCKETS
    if len(os.fsencode(own)) <= _LONGEST_SOCKET_FOLDER:
        return own
    import tempfile  # rarely needed

    short = Path(tempfile.mkdtemp(prefix="sqlgen-", dir=_SHORT_PATH))  # mode 0700
    account.make_private(short)
    return short


def remove_socket_folder(sockets: Path) -> None:
    """Delete the socket's folder, unless it is the cluster's own."""
    if sockets.parent == _SHORT_PATH and sockets.name.startswith("sqlgen-"):
        import shutil  # rarely needed

        shutil.rmtree(sockets, ignore_errors=True)


def read_postmaster_pid(folder: Path) -> tuple[int, Path] | None:
    """Return the process id and the socket's folder from `postmaster.pid`, None without such a file.

    The format is described in PostgreSQL's utils/pidfile.h.
    """
    lines = _pid_file(folder)
    if not lines or not lines[0].strip().isdigit():
        return None
    sockets = (
        Path(lines[4].strip())
        if len(lines) > 4 and lines[4].strip()
        else folder / SOCKETS
    )
    return int(lines[0]), sockets


def _launch(
    binaries: Binaries,
    folder: Path,
    sockets: Path,
    account: Account,
    settings: Sequence[tuple[str, str]],
) -> subprocess.Popen[bytes]:
    command = [
        *("/bin/sh", "-c", _LAUNCH, "sqlgen"),
        *(str(binaries.folder / "postgres"), "-D", str(folder / "data")),
        *("-k", str(sockets), "-p", str(PORT)),
    ]
    for name, value in (*_SETTINGS.items(), *settings):
        command += ("-c", f"{name}={value}")
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment(),
            user=account.user,
            group=account.group,
            extra_groups=account.extra_groups,
            start_new_session=True,  # a Ctrl-C in the terminal must not reach the server
        )


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait for `ready` in line 8 of `postmaster.pid` (utils/pidfile.h), as pg_ctl does."""
    deadline = time.monotonic() + _START_SECONDS
    while _status(folder) != "ready":
        if server.poll() is not None or time.monotonic() > deadline:
            raise _unavailable(_reason(folder))
        time.sleep(0.002)


def _status(folder: Path) -> str:
    lines = _pid_file(folder)
    return lines[7].strip() if len(lines) > 7 else ""


def _pid_file(folder: Path) -> list[str]:
    try:
        return (
            (folder / "data" / "postmaster.pid")
            .read_text("utf-8", "replace")
            .split("\n")
        )
    except FileNotFoundError:
        return []


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False  # another user's process, which has got the same id
    return True


def _is_owned_as(number: int, data: Path) -> bool:
    """Return whether the process runs as the cluster's owner; true if the system does not tell."""
    try:
        return Path(f"/proc/{number}").stat().st_uid == data.stat().st_uid
    except OSError:
        return True


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Close the pipe, whereupon the watchdog sends SIGINT, for PostgreSQL's fast shutdown."""
    assert server.stdin is not None
    if server.poll() is not None:
        with suppress(BrokenPipeError):
            server.stdin.write(b"gone\n")
            server.stdin.flush()
    with suppress(BrokenPipeError):
        server.stdin.close()
    for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.send_signal(signal_number)
        else:
            return
    server.wait()


def _reason(folder: Path) -> str:
    lines = (folder / "log").read_text("utf-8", "replace").strip().splitlines()
    return "; ".join(lines[-3:]) or "it did not get ready in time"


def _unavailable(reason: str) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(
            code="server-unavailable",
            message=f"the embedded PostgreSQL did not start: {reason}",
            label=None,
            hint="set `server` or `SQLGEN_SERVER_URL` to the URL of a server of your own",
        )
    )
