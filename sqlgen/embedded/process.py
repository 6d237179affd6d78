"""A program of PostgreSQL's -> a process that never outlives the one that started it.

A watchdog, a shell of a few hundred kilobytes, waits for the end of a pipe whose other end only
sqlgen's process holds. If that process ends in any way, even by SIGKILL, the pipe ends, and the
watchdog ends the program. sqlgen itself also stops it by closing the pipe.
"""

import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Final, Literal, TypeAlias

from .account import Account

EndSignal: TypeAlias = Literal["INT", "KILL"]

# `exec` keeps the process id, so `$$` in the watchdog is that of the program. The double fork makes the
# watchdog a child of init, so that a server does not wait for it. If the watchdog reads a line before
# the pipe ends, the program has already exited, and its process id may belong to another process.
_LAUNCH: Final = """
signal=$1 target=$2$$
shift 2
exec 3<&0 </dev/null
( { read -r gone <&3 || kill -s "$signal" -- "$target"; } >/dev/null 2>&1 & )
exec "$@" 3<&-
"""


def launch(
    command: Sequence[str], account: Account, log: IO[bytes], end_signal: EndSignal
) -> subprocess.Popen[bytes]:
    """Start a program as *account*, with a watchdog and its output in *log*.

    When the pipe ends, which is its `stdin`, the program gets the signal *end_signal*; KILL goes to
    the processes that it has started as well.
    """
    target = "-" if end_signal == "KILL" else ""
    return subprocess.Popen(
        ["/bin/sh", "-c", _LAUNCH, "sqlgen", end_signal, target, *command],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        cwd="/",
        env=environment(),
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
        start_new_session=True,  # a Ctrl-C in the terminal must not reach the program
    )


def close_pipe(running: subprocess.Popen[bytes]) -> None:
    """End the pipe, whereupon the watchdog sends its signal, unless the program has exited."""
    assert running.stdin is not None
    if running.poll() is not None:
        with suppress(BrokenPipeError):
            running.stdin.write(b"gone\n")
            running.stdin.flush()
    with suppress(BrokenPipeError):
        running.stdin.close()


def environment() -> dict[str, str]:
    """Return the environment without `PG…` variables, which configure PostgreSQL's programs."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {
        "LC_ALL": "C"
    }
