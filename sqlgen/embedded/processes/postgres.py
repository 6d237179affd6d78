"""A cluster -> a running server, which ends with the process that started it."""

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from ...model.diagnostic import Diagnostic, ServerUnavailableError
from ...model.session import OWN_CLUSTER
from ..account import Account
from ..programs.binaries import Binaries
from . import pid_file
from .process import SupervisedProcess
from .socket_folder import PORT

_SETTINGS: Final = {
    "cluster_name": OWN_CLUSTER,
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    # Files in the cluster, which are deleted with it: a server that is killed leaves nothing behind.
    "dynamic_shared_memory_type": "mmap",
    "shared_buffers": "16MB",
    # No data needs to survive a crash of the machine.
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

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 10.0


class Postgres:
    """The server on the cluster in *folder*`/data`, with its socket in *sockets*.

    *restrict* restricts what the thread that calls it, and so the server, may do.
    """

    def __init__(
        self,
        binaries: Binaries,
        folder: Path,
        sockets: Path,
        account: Account,
        settings: Sequence[tuple[str, str]],
        restrict: Callable[[], None] | None,
    ) -> None:
        self._folder = folder
        self._log = folder / "log"
        command = [
            *(str(binaries.folder / "postgres"), "-D", str(folder / "data")),
            *("-k", str(sockets), "-p", str(PORT)),
        ]
        for name, value in (*_SETTINGS.items(), *settings):
            command += ("-c", f"{name}={value}")
        self._process = SupervisedProcess(command, account, self._log, "INT", restrict)

    def wait_until_ready(self) -> None:
        """Wait for `ready` in `postmaster.pid`, as pg_ctl does.

        Raises `ServerUnavailableError` with the end of the server's log if it does not start.
        """
        deadline = time.monotonic() + _START_SECONDS
        try:
            self._process.poll()
        except OSError as error:
            raise unavailable(str(error)) from None
        while True:
            if not self.is_running() or time.monotonic() > deadline:
                raise unavailable(self._reason())
            state = pid_file.read_postmaster_pid(self._folder)
            if state and state.is_ready and state.number == self._process.pid:
                return
            time.sleep(0.002)

    def is_running(self) -> bool:
        """Return whether the server has not exited."""
        return self._has_started() and self._process.poll() is None

    def stop(self) -> bool:
        """Stop the server by closing the pipe, and return whether it has shut down properly.

        The watchdog sends SIGINT, for PostgreSQL's fast shutdown.
        """
        self._process.close_pipe()
        if not self._has_started():
            return False
        for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            try:
                return self._process.wait(_STOP_SECONDS) == 0
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal_number)
        return self._process.wait() == 0

    def kill(self) -> None:
        """End the server at once, because its cluster is not used again."""
        if self._has_started():
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGQUIT)
        self.stop()

    def _has_started(self) -> bool:
        try:
            self._process.poll()
        except OSError:
            return False
        return True

    def _reason(self) -> str:
        lines = self._log.read_text("utf-8", "replace").strip().splitlines()
        return "; ".join(lines[-3:]) or "it did not get ready in time"


def unavailable(reason: str) -> ServerUnavailableError:
    """Return the error of an embedded server that did not start."""
    return ServerUnavailableError(
        Diagnostic(
            code="server-unavailable",
            message=f"the embedded PostgreSQL did not start: {reason}",
            label=None,
            hint="set `server` or `SQLGEN_SERVER_URL` to the URL of a server of your own",
        )
    )
