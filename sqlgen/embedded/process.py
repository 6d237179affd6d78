"""Starts and stops an embedded server: no process of it may outlive ours.

A watchdog, a shell of a few hundred kilobytes, waits for the end of a pipe whose other end only our
process holds. When that ends in any way, SIGKILL included, the pipe does too, and the watchdog
stops the server as it should be stopped. Ending the pipe is how we stop it ourselves.
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
PORT = 5432  # only the socket's name: nothing listens on the network

# `exec` keeps the process's number, so that `$$` of the watchdog, which the double fork gives to
# init, is the server's. A line read, rather than the end of the pipe, says that the server is gone.
_LAUNCH = """
exec 3<&0 </dev/null
( { read -r gone <&3 || kill -INT $$; } >/dev/null 2>&1 & )
exec "$@" 3<&-
"""

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    # In the cluster, with which it is deleted: a server that is killed leaves nothing behind.
    "dynamic_shared_memory_type": "mmap",
    "shared_buffers": "16MB",
    # Nothing here is to survive a crash of the machine.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "16MB",
    "max_wal_size": "64MB",
    # Scratch databases live for seconds.
    "autovacuum": "off",
    "jit": "off",
    # The trees of analysed statements are also logged; FATAL tells why a start fails.
    "log_min_messages": "fatal",
}

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_WATCHDOG_SECONDS = 1.0
_SHORT = Path("/tmp")
_LONGEST_SOCKET_FOLDER = 85  # of 107 bytes (104 on macOS), less `/.s.PGSQL.5432.lock`


@contextmanager
def run_postgres(
    binaries: Binaries,
    folder: Path,
    account: Account,
    settings: Sequence[tuple[str, str]] = (),
) -> Iterator[tuple[Path, Callable[[], None]]]:
    """Run the server on the cluster in *folder*`/data` for the time of the block.

    Gives the folder of its socket, and what waits until the server can be connected to: it raises
    `ServerUnavailableError` with the end of the server's log if it does not start.
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
    """Stop a server that outlived its process on *folder*, though it had a watchdog.

    Gives whether the folder is free to be used. The process whose number the server left in its
    `postmaster.pid` may be another's by now; ours has its socket in the folder.
    """
    patience = time.monotonic() + _WATCHDOG_SECONDS
    while state := read_postmaster_pid(folder):
        number, sockets = state
        if not _is_alive(number) or not _is_owned_as(number, folder / "data"):
            remove_socket_folder(sockets)
            return True
        late = time.monotonic() - patience
        if late > _STOP_SECONDS:
            return False
        if late > 0 and (sockets / f".s.PGSQL.{PORT}").exists():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGQUIT)
        time.sleep(0.01)
    return True


def environment() -> dict[str, str]:
    """Our environment without the variables that PostgreSQL's programs read."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {
        "LC_ALL": "C"
    }


def socket_folder(folder: Path, account: Account) -> Path:
    """The cluster's own folder, or one of a short name where that is too long for a socket."""
    own = folder / SOCKETS
    if len(os.fsencode(own)) <= _LONGEST_SOCKET_FOLDER:
        return own
    import tempfile  # rarely needed

    short = Path(tempfile.mkdtemp(prefix="sqlgen-", dir=_SHORT))  # mode 0700
    account.make_private(short)
    return short


def remove_socket_folder(sockets: Path) -> None:
    """Delete the socket's folder where it is not the cluster's own."""
    if sockets.parent == _SHORT and sockets.name.startswith("sqlgen-"):
        import shutil  # rarely needed

        shutil.rmtree(sockets, ignore_errors=True)


def read_postmaster_pid(folder: Path) -> tuple[int, Path] | None:
    """The process number and the socket's folder that `postmaster.pid` tells."""
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
            start_new_session=True,  # a terminal's Ctrl-C is for us alone
        )


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait for `ready` in the eighth line of `postmaster.pid` (`utils/pidfile.h`), as pg_ctl does."""
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
        return False  # somebody else's: the number was given out again
    return True


def _is_owned_as(number: int, data: Path) -> bool:
    """Whether the process is of the cluster's user, as far as the system tells."""
    try:
        return Path(f"/proc/{number}").stat().st_uid == data.stat().st_uid
    except OSError:
        return True


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the pipe, on which the watchdog sends SIGINT, PostgreSQL's fast shutdown."""
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
