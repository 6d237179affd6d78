"""A wish to stop the scripts that make a schema -> the end of the statement that runs, and of the scripts.

Another thread runs the scripts than the one that wants them to stop. What PostgreSQL runs is cancelled
until the scripts have ended: one may catch the error, or another statement may have begun meanwhile.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from ...model.diagnostic import Diagnostic, Label, SqlgenError
from ...model.source import SourceFile, Span

if TYPE_CHECKING:
    from ...database import Server

_STEP: Final = 0.05
"""Seconds between two attempts to cancel."""
_MOST: Final = 20
"""Attempts to cancel before the session is ended: a statement may catch the error, and go on."""

_CANCEL: Final = """
SELECT CASE WHEN %s THEN pg_catalog.pg_terminate_backend(pid) ELSE pg_catalog.pg_cancel_backend(pid) END
FROM pg_catalog.pg_stat_activity WHERE datname = %s AND pid <> pg_catalog.pg_backend_pid()
"""


class Interruption:
    """Ends scripts when it is told to, or when they have run for *limit* seconds.

    `is_running` is set once the scripts run, when the database that theirs is a copy of may be used again.
    """

    def __init__(self, limit: float | None = None) -> None:
        self.is_running = threading.Event()
        self._limit = limit
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._script: SourceFile | None = None
        self._is_too_slow = False

    def interrupt(self) -> None:
        """End the scripts, those that have not begun yet as well."""
        self._wanted.set()

    def begin(self, script: SourceFile) -> None:
        """Take note that a script is about to run. Raises `SqlgenError` if it is not to."""
        self._script = script
        self._check()

    def _check(self) -> None:
        if not self._wanted.is_set():
            return
        label = Label(Span(self._script, 0, 0)) if self._script else None
        if self._is_too_slow and self._limit:
            raise SqlgenError(_too_slow(self._limit, label))
        raise SqlgenError(
            Diagnostic(
                code="interrupted", message="the migrations were stopped", label=label
            )
        )

    @contextmanager
    def guarding(self, server: "Server", database: str) -> Iterator[None]:
        """Watch over the scripts that the block runs in a database; raise `SqlgenError` if they are to end."""
        self._check()
        guard = threading.Thread(
            target=self._guard, args=(server, database), daemon=True
        )
        guard.start()
        self.is_running.set()
        try:
            yield
        except Exception:
            self._check()  # that is the reason of any error
            raise
        finally:
            self._ended.set()
            guard.join()
        self._check()

    def _guard(self, server: "Server", database: str) -> None:
        if not self._wait():
            return
        import psycopg

        from ... import database as databases

        attempts = 0
        while not self._ended.wait(_STEP):
            attempts += 1
            with (
                suppress(psycopg.Error),
                databases.maintenance_connection(server) as connection,
            ):
                connection.execute(_CANCEL, (attempts > _MOST, database))

    def _wait(self) -> bool:
        """Wait until the scripts are to end, or have ended; return whether they are to."""
        waited = 0.0
        while not self._wanted.wait(_STEP):
            if self._ended.is_set():
                return False
            waited += _STEP
            if self._limit is not None and waited >= self._limit:
                self._is_too_slow = True
                self._wanted.set()
        return not self._ended.is_set()


def _too_slow(limit: float, label: Label | None) -> Diagnostic:
    return Diagnostic(
        code="slow-migrations",
        message=f"the migrations ran for {limit:g} seconds, and were stopped",
        label=label,
        hint="save the file: migrations that are saved may take as long as they need",
    )
