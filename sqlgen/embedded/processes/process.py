"""A program of PostgreSQL's -> a process that never outlives the one that started it.

A watchdog, a shell of a few hundred kilobytes, waits for the end of a pipe whose other end only
sqlgen's process holds. If that process ends in any way, even by SIGKILL, the pipe ends, and the
watchdog ends the program. sqlgen itself also stops it by closing the pipe.
"""

import os
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Final, Literal

from ..account import Account

# If a second line comes before the pipe ends, the program has already exited, and its process id may
# belong to another process.
_WATCHDOG: Final = (
    'read -r target || exit; read -r gone || kill -s "$1" -- "$target" 2>/dev/null'
)


class SupervisedProcess:
    """A program that runs as *account*, with its output in the file *log*, under a watchdog.

    When the pipe ends, the program gets the signal *end_signal*; KILL goes to the processes that it has
    started as well. With *restrict*, the program is started by a thread that has called it. The other
    methods wait for that thread, and raise what it has raised.
    """

    def __init__(
        self,
        command: Sequence[str],
        account: Account,
        log: Path,
        end_signal: Literal["INT", "KILL"],
        restrict: Callable[[], None] | None = None,
    ) -> None:
        self._command = command
        self._account = account
        self._target = "-" if end_signal == "KILL" else ""
        self._error: OSError | None = None
        self._restrict = restrict
        # The log and the pipe belong to us, so that the program cannot be made to open other files.
        self._output = log.open("wb")
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog = self._popen(
            ["/bin/sh", "-c", _WATCHDOG, "sqlgen", end_signal], subprocess.PIPE
        )
        self._thread = Thread(target=self._start)
        self._thread.start()
        if restrict is None:
            self._thread.join()

    @property
    def pid(self) -> int:
        """Return the id of the process."""
        return self._started().pid

    def poll(self) -> int | None:
        """Return the exit status, None if the program still runs."""
        return self._started().poll()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the program to exit, and return its status."""
        return self._started().wait(timeout)

    def send_signal(self, number: int) -> None:
        """Send a signal to the program, unless it has exited."""
        self._started().send_signal(number)

    def close_pipe(self) -> None:
        """End the pipe, whereupon the watchdog sends its signal, unless the program has exited."""
        self._thread.join()
        pipe = self._watchdog.stdin
        assert pipe is not None
        with suppress(BrokenPipeError):
            if self._process is not None and self._process.poll() is not None:
                pipe.write(b"gone\n")
            pipe.close()
        self._watchdog.wait()

    def _start(self) -> None:
        try:
            if self._restrict:
                self._restrict()
            self._process = self._popen(self._command, subprocess.DEVNULL)
        except OSError as error:
            self._error = error
        else:
            pipe = self._watchdog.stdin
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.write(f"{self._target}{self._process.pid}\n".encode())
                pipe.flush()
        finally:
            self._output.close()

    def _started(self) -> subprocess.Popen[bytes]:
        self._thread.join()
        if self._process is None:
            raise self._error or OSError("the program was not started")
        return self._process

    def _popen(self, command: Sequence[str], stdin: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=self._output,
            stderr=self._output,
            cwd="/",
            env=environment(),
            user=self._account.user,
            group=self._account.group,
            extra_groups=self._account.extra_groups,
            start_new_session=True,  # a Ctrl-C in the terminal must not reach the program
        )


def environment() -> dict[str, str]:
    """Return the environment without `PG…` variables, which configure PostgreSQL's programs."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {
        "LC_ALL": "C"
    }
