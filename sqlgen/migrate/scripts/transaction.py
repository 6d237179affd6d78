"""Runs a file in one transaction, again and again if it has to wait for a lock for too long."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from ... import parse
from ...model.diagnostic import Diagnostic, SqlgenError
from ...model.source import SourceFile
from ..sessions.connection import NOTICE
from ..sessions.protocol import (
    Operation,
    Sleep,
    WatchedWait,
    run_script,
    run_statement,
)
from ..sessions.session import RESET_SETTINGS
from .failures import diagnose_failure

LOGGER = logging.getLogger("sqlgen.migrate")

ATTEMPTS: Final = 10
"""Number of times that a file is run which waits for a lock for too long each time."""

LONGEST_PAUSE: Final = 30.0
"""Seconds between two attempts, at most."""

_LOCK_NOT_AVAILABLE: Final = "55P03"


@dataclass(frozen=True, slots=True)
class LockPatience:
    """The time that a statement may wait for a lock, in seconds, before its transaction is tried again."""

    timeout: float
    attempts: int = ATTEMPTS

    def pauses(self) -> Iterator[float]:
        """Yield the seconds to wait before each further attempt: as long as for the lock, and then longer."""
        pause = self.timeout
        for _ in range(self.attempts - 1):
            yield min(pause, LONGEST_PAUSE)
            pause *= 2


def run_file(source: SourceFile, watched: WatchedWait | None = None) -> Operation[None]:
    """Run all statements of a file.

    Raises `SqlgenError` with PostgreSQL's message at its place in the file.
    """
    try:
        failure = yield from run_script(source.text, watched)
    except psycopg.OperationalError as error:  # the connection is lost
        raise SqlgenError(diagnose_failure(error, source, (), 0)) from None
    if failure is not None:
        statements = parse.statements(source.text)
        raise SqlgenError(
            diagnose_failure(failure.error, source, statements, failure.done)
        )


def in_transaction(
    source: SourceFile,
    operation: Callable[[], Operation[None]],
    patience: LockPatience | None = None,
) -> Operation[None]:
    """Run the file *source* and then *operation* in one transaction.

    With *patience*, each statement waits for a lock no longer than that. Then all is rolled back, so that
    nobody queues behind it, and tried again after a pause. Raises `SqlgenError` after the last attempt.

    The settings that the file made are reset before *operation*: it could not write to the ledger
    under a search path without the ledger's schema, or as a role without the privilege.
    """
    if patience is None:
        yield from _run_once(source, operation(), None, None)
        return
    for number, pause in enumerate((*patience.pauses(), None), start=1):
        blockers = _Blockers(source.path)
        watched = WatchedWait(patience.timeout / 2, blockers.hear)
        try:
            yield from _run_once(source, operation(), patience, watched)
        except SqlgenError as error:
            if error.diagnostics[0].code != _LOCK_NOT_AVAILABLE:
                raise
            if pause is None:
                raise SqlgenError(
                    _given_up(error.diagnostics[0], patience, blockers)
                ) from None
        except psycopg.errors.LockNotAvailable:  # for the ledger
            if pause is None:
                raise
        else:
            return
        LOGGER.log(
            NOTICE,
            "%s waited %g s for a lock%s: attempt %d of %d is in %g s",
            source.path,
            patience.timeout,
            blockers.clause,
            number + 1,
            patience.attempts,
            pause,
        )
        yield Sleep(pause or 0)


def _run_once(
    source: SourceFile,
    operation: Operation[None],
    patience: LockPatience | None,
    watched: WatchedWait | None,
) -> Operation[None]:
    yield from run_statement("BEGIN")
    try:
        yield from _limit_waits(patience)
        yield from run_file(source, watched)
        yield from run_statement(RESET_SETTINGS)
        yield from _limit_waits(patience)
        yield from operation
        try:
            yield from run_statement("COMMIT")
        except psycopg.Error as error:  # a deferred constraint
            raise SqlgenError(diagnose_failure(error, source, (), 0)) from None
    except BaseException:
        with suppress(psycopg.Error):
            yield from run_statement("ROLLBACK")
        raise


def _limit_waits(patience: LockPatience | None) -> Operation[None]:
    """Limit how long the statements of the transaction wait for a lock; a file may set another limit."""
    if patience is not None:
        milliseconds = max(1, round(patience.timeout * 1000))
        statement = sql.SQL("SET LOCAL lock_timeout = {}")
        yield from run_statement(statement.format(sql.Literal(milliseconds)))


@dataclass(slots=True)
class _Blockers:
    """The sessions that a file waits for, as they were seen last."""

    path: str
    names: list[str] = field(default_factory=list)

    def hear(self, rows: Sequence[TupleRow]) -> None:
        """Take the process, the application and the state of each session that is waited for."""
        names = [
            f"process {pid} ({application or 'unnamed'}, {state or 'unknown'})"
            for pid, application, state in rows
        ]
        if names and names != self.names:
            self.names = names
            LOGGER.info("%s waits for %s", self.path, ", ".join(names))

    @property
    def clause(self) -> str:
        """Return who has the lock, to follow the word "lock"; empty if that is not known."""
        return f" that {', '.join(self.names)} has" if self.names else ""


def _given_up(
    diagnostic: Diagnostic, patience: LockPatience, blockers: _Blockers
) -> Diagnostic:
    """Return the error with what was tried."""
    hint = (
        f"it was tried {patience.attempts} times, each time {patience.timeout:g} s"
        f" (`statement_lock_timeout`) for a lock{blockers.clause}; end the transaction that has it, or"
        " migrate when fewer are open"
    )
    return replace(diagnostic, hint=hint)
