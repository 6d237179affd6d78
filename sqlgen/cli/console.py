"""Share between commands how the project is found, how output is printed, and the exit statuses.

Does not import click: that takes as long as finding out that nothing has changed.
"""

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from .. import read
from ..model.config import Config
from ..model.diagnostic import (
    ConfigurationError,
    Diagnostic,
    ServerUnavailableError,
    SqlgenError,
)

FAILED: Final = 1
"""Exit status: there were diagnostics, or `check` found changes."""
MISUSED: Final = 2
"""Exit status: the command line or the configuration is wrong (click's own, too)."""
NO_SERVER: Final = 3
"""Exit status: no server could be reached or started."""
DRIFTED: Final = 4
"""Exit status: a database and the migrations have drifted apart (`migrate check`)."""

PATIENCE: Final = 0.5
"""Seconds of work before progress is shown."""


def configuration(directory: Path) -> Config:
    """Return the configuration of the project that *directory* is in.

    `SQLGEN_SERVER_URL` overrides the file's `server`. Raises `ConfigurationError`.
    """
    config = read.config(directory)
    url = os.environ.get("SQLGEN_SERVER_URL")
    return replace(config, server=url) if url else config


def collect_garbage_less() -> None:
    """Run Python's cyclic garbage collector more rarely than by default.

    A build makes millions of objects that live until its end or are freed at once; it takes a
    seventh less time this way.
    """
    gc.set_threshold(100_000, 20, 20)


@contextmanager
def exit_on_errors(format_: str = "text") -> Iterator[None]:
    """Print the diagnostics that the block raises and exit with their status.

    Ctrl-C and SIGTERM end the block as an exception does, so that scratch databases are dropped
    and an embedded server is stopped.
    """
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    except SqlgenError as error:
        show(error.diagnostics, format_)
        raise SystemExit(exit_status(error)) from None
    except KeyboardInterrupt:
        echo("interrupted", err=True)
        raise SystemExit(130) from None
    except Exception as error:
        if (refused := _refusal(error)) is None:
            raise
        show(refused.diagnostics, format_)
        raise SystemExit(exit_status(refused)) from None


def _refusal(error: Exception) -> ServerUnavailableError | None:
    """Return what is said of a server that refuses a statement; `None` for any other exception."""
    if (psycopg := sys.modules.get("psycopg")) is None:  # not imported for this
        return None
    if not isinstance(error, psycopg.Error):
        return None
    from ..database.refusals import refusal  # rarely needed

    return refusal(error)


def echo(line: str, *, err: bool = False) -> None:
    """Print a line to standard output, or to standard error if *err*."""
    print(line, file=sys.stderr if err else sys.stdout, flush=True)


def show(diagnostics: Sequence[Diagnostic], format_: str = "text") -> None:
    """Print *diagnostics*: text to standard error, a tool's formats to standard output."""
    if not diagnostics and format_ != "json":
        return
    from .. import report  # rarely needed

    if format_ == "json":
        echo(report.json(diagnostics))
    elif format_ == "github":
        echo(report.github(diagnostics))
    else:
        echo(report.text(diagnostics, color=is_coloured(sys.stderr)), err=True)


def exit_status(error: SqlgenError) -> int:
    """Return the exit status for this kind of error."""
    if isinstance(error, ConfigurationError):
        return MISUSED
    if isinstance(error, ServerUnavailableError):
        return NO_SERVER
    return FAILED


def is_coloured(stream: Any) -> bool:
    """Return whether to write colour: only to a terminal, and not if `NO_COLOR` is set."""
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR")


class Progress:
    """Shows on a terminal's standard error what is being done, once that takes long.

    Calling it names the step. Rich is imported only when there is something to show.
    """

    def __init__(self) -> None:
        self._step = "working"
        self._status: Any = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(PATIENCE, self._appear)
        self._timer.daemon = True

    def __call__(self, step: str) -> None:
        """Name the step that begins now."""
        with self._lock:
            self._step = step
            if self._status is not None:
                self._status.update(step)

    def echo(self, line: str, *, err: bool = False) -> None:
        """Print a line of the command's output above the progress."""
        with self._lock:
            if self._status is not None:
                self._status.stop()
            echo(line, err=err)
            if self._status is not None:
                self._status.start()

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._status is not None:
                self._status.stop()

    def _appear(self) -> None:
        from rich.console import Console

        with self._lock:
            self._status = Console(stderr=True).status(self._step)
            self._status.start()
