"""Runs a file outside of a transaction, statement by statement, so that no kill runs one twice.

A statement and the ledger's record of it are one transaction, where PostgreSQL allows the statement
in one. The others (`CREATE INDEX CONCURRENTLY`, procedures that commit) are recorded as running
before they start. A transaction that the file begins itself is recorded before its COMMIT.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

import psycopg
from psycopg.pq import TransactionStatus

from ... import parse
from ...model.diagnostic import Diagnostic, SqlgenError
from ...model.migration import StatementProgress
from ...model.source import SourceFile
from ..ledgers import ledger, resumption
from ..ledgers.ledger import Ledger
from ..sessions.protocol import (
    Operation,
    read_transaction_status,
    run_script,
    run_statement,
)
from ..sessions.script import ScriptFailure
from ..sessions.session import AS_SESSION_OWNER, put_back_settings, read_settings
from . import invalid_indexes
from .failures import diagnose_failure

NEEDS_NO_TRANSACTION = {
    "25001",  # active_sql_transaction: PreventInTransactionBlock, xact.c
    "2D000",  # invalid_transaction_termination: a procedure that commits
}
"""The SQLSTATEs of a statement that PostgreSQL does not run in a transaction."""

NOT_WRAPPED = re.compile(
    r"(?:begin|start|commit|end|abort|rollback|savepoint|release|prepare\s+transaction"
    r"|set\s+(?:local|transaction|constraints))\b",
    re.IGNORECASE,
)
"""The start of a statement that means something else, or nothing, in a transaction of its own."""
_COMMITS = re.compile(r"(?:commit|end)\b(?!\s+prepared\b)", re.IGNORECASE)


@dataclass(slots=True)
class StatementRun:
    """The run of a file of one migration, statement by statement.

    `reverting` says that it is the down file. `done` is how many statements are recorded.
    """

    ledger: Ledger
    version: int
    source: SourceFile
    reverting: bool
    done: int = 0
    _resumption: resumption.Resumption = field(default_factory=resumption.Resumption)
    _usual_settings: dict[str, str] = field(default_factory=dict)

    def run(self) -> Operation[None]:
        """Run the statements after those that are `done`. The migration's row is in the ledger.

        Raises `SqlgenError` with PostgreSQL's message at the statement that fails; those before it
        stay, and a later run continues from there.
        """
        text = self.source.text
        statements = parse.statements(text)
        self._usual_settings = yield from read_settings(text)
        self._resumption = yield from resumption.read(self.ledger, self.version)
        yield from put_back_settings(self._resumption.settings)
        for number, (start, end) in enumerate(statements, start=1):
            if number > self.done:
                with self._diagnosed(start, end, number, len(statements)):
                    yield from self._run_statement(text[start:end], number)
        if (yield from read_transaction_status()) != TransactionStatus.IDLE:
            raise SqlgenError(self._open_transaction(*statements[-1]))

    def _run_statement(self, text: str, number: int) -> Operation[None]:
        in_block = (yield from read_transaction_status()) != TransactionStatus.IDLE
        if in_block or NOT_WRAPPED.match(text):
            yield from self._run_in_own_transaction(text, number)
        elif not (yield from self._run_with_record(text, number)):
            yield from self._run_outside(text, number)

    def _run_in_own_transaction(self, text: str, number: int) -> Operation[None]:
        """Run a statement that begins, ends or is within a transaction of the file's own."""
        in_block = (yield from read_transaction_status()) == TransactionStatus.INTRANS
        if in_block and _COMMITS.match(text):
            yield from self._record(number)
            yield from _run_script(text)
            self.done = number
            return
        yield from _run_script(text)
        if (yield from read_transaction_status()) == TransactionStatus.IDLE:
            yield from self._record_alone(number)

    def _run_with_record(self, text: str, number: int) -> Operation[bool]:
        """Run a statement and record it in one transaction; `False` if it cannot run in one."""
        yield from run_statement("BEGIN")
        try:
            failure = yield from run_script(text)
            if failure and failure.error.sqlstate in NEEDS_NO_TRANSACTION:
                yield from run_statement("ROLLBACK")
                return False
            if failure:
                raise failure.error
            yield from self._record(number)
            yield from run_statement("COMMIT")
        except BaseException:
            with suppress(psycopg.Error):
                yield from run_statement("ROLLBACK")
            raise
        self.done = number
        return True

    def _run_outside(self, text: str, number: int) -> Operation[None]:
        """Run a statement that PostgreSQL refuses in a transaction."""
        before: tuple[invalid_indexes.InvalidIndex, ...] = ()
        builds = invalid_indexes.CONCURRENT_BUILD.match(text) is not None
        if builds:
            before = yield from invalid_indexes.find_invalid()
        yield from self._record_alone(number - 1, running=True)
        failure = yield from run_script(text)
        if failure and _is_lost(failure.error):
            raise failure.error
        if builds:
            after = yield from invalid_indexes.find_invalid()
            left = invalid_indexes.left_by(text, before, after)
            if left:
                yield from self._record_alone(number - 1)
                raise _InvalidIndexError(failure, left)
        yield from self._record_alone(number - 1 if failure else number)
        if failure:
            raise failure.error

    def _record_alone(self, done: int, *, running: bool = False) -> Operation[None]:
        yield from run_statement("BEGIN READ WRITE")
        yield from self._record(done, running=running)
        yield from run_statement("COMMIT")
        self.done = done

    def _record(self, done: int, *, running: bool = False) -> Operation[None]:
        """Write to the ledger in the open transaction, whose rest runs as the session's own user."""
        settings = yield from read_settings(self.source.text)
        yield from run_statement(AS_SESSION_OWNER)
        progress = StatementProgress(
            done=done, running=running, reverting=self.reverting
        )
        yield from ledger.update(
            self.ledger, self.version, success=False, execution_time=progress.time
        )
        changed = {
            name: value
            for name, value in settings.items()
            if value != self._usual_settings.get(name)
        }
        if changed != self._resumption.settings:
            self._resumption = replace(self._resumption, settings=changed)
            yield from resumption.save(self.ledger, self.version, self._resumption)

    @contextmanager
    def _diagnosed(
        self, start: int, end: int, number: int, count: int
    ) -> Iterator[None]:
        """Turn errors of the statement between *start* and *end* into diagnostics."""
        try:
            yield
        except _InvalidIndexError as error:
            diagnostic = error.diagnostic(self.source, start, end)
        except psycopg.Error as error:
            diagnostic = diagnose_failure(
                error, self.source, ((start, end),), 0, offset=start
            )
            if _is_lost(error):
                raise SqlgenError(diagnostic) from None
        else:
            return
        place = f"this is statement {number} of {count}, outside of a transaction"
        if self.done < number - 1:
            place = f"this is statement {number} of {count}, in a transaction of the file's own"
        command = "sqlgen migrate down" if self.reverting else "sqlgen migrate up"
        resume = (
            f"{place}: the first {self.done} stay, and the next `{command}` goes on after them"
            if self.done
            else f"{place}: the next `{command}` starts again"
        )
        hint = f"{diagnostic.hint} ({resume})" if diagnostic.hint else resume
        raise SqlgenError(replace(diagnostic, hint=hint)) from None

    def _open_transaction(self, start: int, end: int) -> Diagnostic:
        error = psycopg.errors.ActiveSqlTransaction(
            "the file ends within a transaction"
        )
        diagnostic = diagnose_failure(
            error, self.source, ((start, end),), 0, offset=start
        )
        return replace(
            diagnostic, code="open-transaction", hint="end the file with `COMMIT`"
        )


def _is_lost(error: psycopg.Error) -> bool:
    """Return whether the connection is lost with *error*, so that nothing can be recorded."""
    return error.sqlstate is None or error.sqlstate.startswith("57P")  # admin_shutdown


def _run_script(text: str) -> Operation[None]:
    failure = yield from run_script(text)
    if failure:
        raise failure.error


class _InvalidIndexError(Exception):
    """A statement that has left invalid indexes, by failing or by passing over one."""

    def __init__(
        self,
        failure: ScriptFailure | None,
        indexes: tuple[invalid_indexes.InvalidIndex, ...],
    ) -> None:
        super().__init__()
        self.failure = failure
        self.indexes = indexes

    def diagnostic(self, source: SourceFile, start: int, end: int) -> Diagnostic:
        """Return the server's error, or that an index is invalid, with what to do."""
        hint = invalid_indexes.advice(self.indexes)
        if self.failure is not None:
            diagnostic = diagnose_failure(
                self.failure.error, source, ((start, end),), 0, offset=start
            )
            return replace(diagnostic, hint=hint)
        names = ", ".join(f"`{index.qualified_name}`" for index in self.indexes)
        error = psycopg.errors.InvalidObjectDefinition(
            f"the index {names} is invalid: no query uses it"
        )
        diagnostic = diagnose_failure(error, source, ((start, end),), 0, offset=start)
        return replace(diagnostic, code="invalid-index", hint=hint)
