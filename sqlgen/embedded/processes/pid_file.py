"""`postmaster.pid` of a cluster -> the server that uses it, also one that nobody stopped."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from ...model.frozen import frozen
from ..account import Account
from . import socket_folder

_WATCHDOG_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 10.0


@frozen
class PostmasterState:
    """The contents of `postmaster.pid`: the process, the port, the socket's folder, and whether clients can connect.

    The format is described in PostgreSQL's utils/pidfile.h.
    """

    number: int
    port: int
    sockets: Path
    is_ready: bool


def read_postmaster_pid(folder: Path) -> PostmasterState | None:
    """Return the state of the server on the cluster in *folder*; None without such a file."""
    try:
        text = (folder / "data" / "postmaster.pid").read_text("utf-8", "replace")
    except OSError:
        return None
    lines = [line.strip() for line in text.split("\n")]
    if not lines[0].isascii() or not lines[0].isdecimal() or len(lines[0]) > 9:
        return None
    sockets = Path(lines[4]) if lines[4:5] > [""] else folder / socket_folder.OWN
    port = "".join(lines[3:4])
    if not port.isascii() or not port.isdecimal() or len(port) > 5:
        port = str(socket_folder.PORT)
    return PostmasterState(int(lines[0]), int(port), sockets, lines[7:8] == ["ready"])


def is_running(state: PostmasterState, folder: Path) -> bool:
    """Return whether the process of the state is a server on the cluster in *folder*.

    The file may be older than the machine's last boot, or copied: its process id may belong to any
    process by now.
    """
    if not is_alive(state.number):
        return False
    data = folder / "data"
    try:
        # A server's working directory is its data directory.
        return Path(f"/proc/{state.number}/cwd").samefile(data)
    except OSError:
        return _is_owned_as(state.number, data)


def is_alive(number: int) -> bool:
    """Return whether the process may be one that we have started, and has not ended."""
    try:
        os.kill(number, 0)
    except (ProcessLookupError, PermissionError):
        return False  # or another user's process, which has got the same id
    try:
        status = Path(f"/proc/{number}/stat").read_text("utf-8", "replace")
    except OSError:
        return True
    # A zombie has ended; in a container, perhaps nobody waits for it (proc(5)).
    return status.rpartition(")")[2].split()[:1] != ["Z"]


def stop_orphan(folder: Path, account: Account) -> bool:
    """Stop a server in *folder* that has outlived the process that started it.

    The watchdog gets a second to do so first. Returns whether no server uses the folder any more.
    """
    watchdog_deadline = time.monotonic() + _WATCHDOG_SECONDS
    while state := read_postmaster_pid(folder):
        if not is_running(state, folder):
            socket_folder.remove_socket_folder(state.sockets, folder, account)
            return True
        overdue = time.monotonic() - watchdog_deadline
        if overdue > _STOP_SECONDS:
            return False
        if overdue > 0 and socket_folder.socket_path(state.sockets).exists():
            with suppress(ProcessLookupError):
                os.kill(state.number, signal.SIGQUIT)
        time.sleep(0.01)
    return True


def _is_owned_as(number: int, data: Path) -> bool:
    """Return whether the process runs as the cluster's owner; true if the system does not tell."""
    try:
        return Path(f"/proc/{number}").stat().st_uid == data.stat().st_uid
    except OSError:
        return not Path("/proc/self").exists()
