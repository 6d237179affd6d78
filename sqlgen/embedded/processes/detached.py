"""A cluster -> a server that runs until it is stopped, also when the process that started it ends."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from ...model.diagnostic import Diagnostic, ServerUnavailableError
from ..account import Account
from ..programs.binaries import Binaries
from . import pid_file, process
from .socket_folder import PORT, make_socket_folder, remove_socket_folder

# The server becomes a child of init, and its process id is told on the shell's output. No text of the
# command is parsed by the shell.
_LAUNCH: Final = '"$@" >&2 & echo $!'
_START_SECONDS: Final = 60.0
_RESTART_SECONDS: Final = 10.0


def start(
    binaries: Binaries,
    folder: Path,
    account: Account,
    settings: Sequence[tuple[str, str]],
    port: int = PORT,
) -> None:
    """Start a server on the cluster in *folder*, and wait until clients can connect.

    *port* is a part of the socket's name, and the number of the port if *settings* let it listen on one.

    If its last server was killed, tries until that one's child processes have ended. Raises
    `ServerUnavailableError` if it does not start.
    """
    state = pid_file.read_postmaster_pid(folder)
    deadline = time.monotonic() + (_RESTART_SECONDS if state else 0)
    if state and pid_file.is_running(state, folder):  # whoever started it was killed
        return _wait(folder, state.number, folder / "log", 0)
    if state:
        remove_socket_folder(state.sockets, folder, account, state.port)
    while True:
        try:
            return _start(binaries, folder, account, settings, port)
        except ServerUnavailableError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def stop(folder: Path, account: Account) -> bool:
    """Stop the server on the cluster in *folder*, and return whether one was running.

    Raises `ServerUnavailableError` if it does not stop.
    """
    state = pid_file.read_postmaster_pid(folder)
    if state is None or not pid_file.is_running(state, folder):
        return False
    deadline = time.monotonic() + _START_SECONDS
    with suppress(ProcessLookupError):
        os.kill(state.number, signal.SIGINT)  # a fast shutdown
    while pid_file.read_postmaster_pid(folder) and pid_file.is_running(state, folder):
        if time.monotonic() > deadline:
            raise _unavailable("stop", "it is still shutting down", folder / "log")
        time.sleep(0.01)
    remove_socket_folder(state.sockets, folder, account, state.port)
    return True


def _start(
    binaries: Binaries,
    folder: Path,
    account: Account,
    settings: Sequence[tuple[str, str]],
    port: int,
) -> None:
    sockets = make_socket_folder(folder, account)
    command = [
        *(str(binaries.folder / "postgres"), "-D", str(folder / "data")),
        *("-k", str(sockets), "-p", str(port)),
    ]
    for name, value in settings:
        command += ("-c", f"{name}={value}")
    path = folder / "log"
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "ab") as log:
        start_of_log = log.tell()
        shell = subprocess.run(
            ["/bin/sh", "-c", _LAUNCH, "sqlgen", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            check=True,
            cwd="/",
            env=process.environment(),
            user=account.user,
            group=account.group,
            extra_groups=account.extra_groups,
            start_new_session=True,
        )
    try:
        _wait(folder, int(shell.stdout), path, start_of_log)
    except ServerUnavailableError:
        remove_socket_folder(sockets, folder, account, port)
        raise


def _wait(folder: Path, number: int, log: Path, start_of_log: int) -> None:
    """Wait until clients can connect to the server with that process id."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        state = pid_file.read_postmaster_pid(folder)
        if state and state.is_ready and state.number == number:
            return
        if not pid_file.is_alive(number) or time.monotonic() > deadline:
            content = log.read_bytes()[start_of_log:].decode("utf-8", "replace")
            lines = [line.strip() for line in content.splitlines() if line.strip()]
            raise _unavailable("start", "; ".join(lines[-5:]), log)
        time.sleep(0.005)


def _unavailable(verb: str, reason: str, log: Path) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(
            code="server-unavailable",
            message=f"the development database could not {verb}: {reason}",
            label=None,
            hint=f"look into {log}",
        )
    )
