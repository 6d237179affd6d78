"""Migration -> its effects, measured while it runs on a scratch database.

Each statement runs by itself, within the transactions in which `sqlgen migrate up` would run it. PostgreSQL
says at DEBUG1 what takes long. `pg_locks`, the files of relations and the session's counters of scans are
read before and after. So it does not matter whether the work is in the statement, a DO block or a function.
All of that is the same for empty tables.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import psycopg
from psycopg.pq import TransactionStatus

from .. import parse
from ..migrate.scripts.by_statement import NEEDS_NO_TRANSACTION, NOT_WRAPPED
from ..migrate.scripts.execute import fitted_text
from ..migrate.scripts.failures import diagnose_failure
from ..migrate.sessions.script import ScriptFailure, send_script
from ..migrate.sessions.session import RESET_SESSION
from ..model.diagnostic import SqlgenError
from ..model.source import SourceFile
from .effects import (
    KnownRelation,
    MeasuredMigration,
    StatementEffects,
    WorkKind,
)
from .lock_modes import LockMode, strongest
from .notices import WorkNotice, work_notice
from .outside_locks import assumed_locks, watched_locks
from .relations import (
    Connection,
    Traces,
    counts_scans,
    known_relations,
    traces,
)
from .works import find_works

_OF_SUPERUSERS: Final = ("SET lc_messages = 'C'", "SET track_counts = on")
"""Settings that only a superuser may change; they are mostly so already."""

_BEFORE_QUERIES: Final = re.compile(r"set\b", re.IGNORECASE)
"""The start of a statement that may have to come before all queries of its transaction (SET TRANSACTION)."""

_TRUNCATE: Final = re.compile(r"truncate\b", re.IGNORECASE)

_RELEASED: Final = {
    WorkKind.REWRITES: LockMode.ACCESS_EXCLUSIVE,
    WorkKind.BUILDS_INDEX: LockMode.SHARE,
}
"""The weakest locks under which work is done within a transaction (manual 13.3.1)."""


def measure(
    connection: Connection, script: SourceFile, *, transactional: bool
) -> MeasuredMigration:
    """Run an up or down file of a migration on an autocommit connection, and return its effects.

    Raises `SqlgenError` with PostgreSQL's message at its place in the file.
    """
    for statement in _OF_SUPERUSERS:
        with suppress(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
    # In UTC, PostgreSQL makes a timestamptz of a timestamp without a rewrite. Others may be elsewhere.
    connection.execute("SET TIME ZONE 1")
    relations = known_relations(connection)
    counts = counts_scans(connection)
    run = _MeasuredRun(connection, script, transactional, relations, counts)
    connection.add_notice_handler(run.hear)
    try:
        statements = tuple(run.statements())
    finally:
        connection.remove_notice_handler(run.hear)
        if not connection.closed and run.in_transaction():
            connection.execute("ROLLBACK")
    connection.execute(RESET_SESSION)
    return MeasuredMigration(relations, statements, counts)


class _MeasuredRun:
    """The run of one file; `hear` takes the server's messages."""

    def __init__(
        self,
        connection: Connection,
        script: SourceFile,
        transactional: bool,
        relations: dict[int, KnownRelation],
        counts_scans: bool,
    ) -> None:
        self._connection = connection
        self._source = script
        self._transactional = transactional
        self._text = fitted_text(connection, script)
        self._relations = relations
        self._counts_scans = counts_scans
        self._notices: list[WorkNotice] = []
        self._transaction = 0

    def hear(self, message: psycopg.errors.Diagnostic) -> None:
        """Take a message of the server."""
        function = message.source_function or ""
        if notice := work_notice(message.message_primary or "", function):
            self._notices.append(notice)

    def in_transaction(self) -> bool:
        """Return whether a transaction is open, also a failed one."""
        status = self._connection.info.transaction_status
        return status != TransactionStatus.IDLE

    def statements(self) -> Iterator[StatementEffects]:
        """Run all statements, and yield the effects of each."""
        statements = parse.statements(self._text)
        if parse.is_psql_script(self._text):  # it is sent as a whole
            statements = ((0, len(self._text)),)
        if not self._transactional:
            for start, end in statements:
                yield self._run_outside(start, end)
            return
        self._begin()
        for start, end in statements:
            yield self._run(start, end)
        self._commit()

    def _begin(self) -> None:
        self._transaction += 1
        self._connection.execute("BEGIN")

    def _commit(self) -> None:
        """Commit. Deferred constraints are checked then, and may fail."""
        try:
            self._connection.execute("COMMIT")
        except psycopg.Error as error:
            raise SqlgenError(
                diagnose_failure(error, self._source, (), 0, scratch=True)
            ) from None

    def _run_outside(self, start: int, end: int) -> StatementEffects:
        """Run a statement of a file without a transaction, in one of its own if PostgreSQL allows that."""
        if self.in_transaction() or NOT_WRAPPED.match(self._text, start):
            self._transaction += not self.in_transaction()
            return self._run(start, end)
        self._begin()
        before = self._traces()
        failure = self._send(start, end)
        if failure is None:
            effects = self._effects(start, end, before, self._traces())
            self._commit()
            return effects
        if failure.error.sqlstate not in NEEDS_NO_TRANSACTION:
            raise self._error(failure, start, end)
        self._connection.execute("ROLLBACK")
        return self._run_alone(start, end, failure.error.sqlstate or "")

    def _run(self, start: int, end: int) -> StatementEffects:
        """Run a statement in the open transaction, or one that begins or ends a transaction."""
        text = self._text
        if NOT_WRAPPED.match(text, start) or _BEFORE_QUERIES.match(text, start):
            if failure := self._send(start, end):
                raise self._error(failure, start, end)
            return StatementEffects(start=start, end=end, transaction=self._transaction)
        before = self._traces()
        if failure := self._send(start, end):
            raise self._error(failure, start, end)
        return self._effects(start, end, before, self._traces())

    def _run_alone(self, start: int, end: int, sqlstate: str) -> StatementEffects:
        """Run a statement that PostgreSQL refused in a transaction, with that error.

        Its locks are gone at its end.
        """
        before = self._traces()
        with watched_locks(self._connection, sqlstate) as watched:
            if failure := self._send(start, end):
                raise self._error(failure, start, end)
        after = self._traces()
        works = find_works(
            self._connection,
            self._relations,
            self._notices,
            before,
            after,
            in_transaction=False,
            may_truncate=False,
        )
        assumed = assumed_locks(
            self._text[start:end], self._relations, works, before, after
        )
        locks = {
            oid: strongest([*watched.modes(oid), *assumed.get(oid, ())])
            for oid in self._relations
            if assumed.get(oid) or watched.modes(oid)
        }
        return StatementEffects(
            start=start,
            end=end,
            transaction=self._transaction,
            held=locks,
            taken=locks,
            works=works,
            is_measured=watched.is_complete,
            at_once=False,
        )

    def _effects(
        self, start: int, end: int, before: Traces, after: Traces
    ) -> StatementEffects:
        works = find_works(
            self._connection,
            self._relations,
            self._notices,
            before,
            after,
            in_transaction=True,
            may_truncate=self._counts_scans
            or _TRUNCATE.match(self._text, start) is not None,
        )
        held = {oid: strongest(modes) for oid, modes in after.locks.items()}
        taken = {
            oid: mode
            for oid, mode in held.items()
            if mode not in before.locks.get(oid, ())
        }
        for work in works:
            # A block with EXCEPTION that was rolled back has released its locks.
            if (mode := _RELEASED.get(work.kind)) and work.relation not in held:
                taken[work.relation] = mode
        return StatementEffects(
            start=start,
            end=end,
            transaction=self._transaction,
            held=held,
            taken=taken,
            works=works,
        )

    def _traces(self) -> Traces:
        return traces(self._connection, self._relations)

    def _send(self, start: int, end: int) -> ScriptFailure | None:
        """Run the statement at `[start:end]` of the text; return its failure."""
        connection, text = self._connection, self._text[start:end]
        self._notices.clear()
        # Before each statement, since a file may have other settings. If PostgreSQL were free to scan, an
        # UPDATE of an empty table might read all of it although there is an index.
        if self.in_transaction():
            connection.execute("SET LOCAL client_min_messages = debug1")
            connection.execute("SET LOCAL enable_seqscan = off")
        else:
            connection.execute("SET client_min_messages = debug1")
        encoding = connection.info.encoding
        try:
            return connection.wait(send_script(connection.pgconn, text, encoding))
        except psycopg.OperationalError as error:  # the connection is lost
            raise SqlgenError(
                diagnose_failure(error, self._source, (), 0, scratch=True)
            ) from None

    def _error(self, failure: ScriptFailure, start: int, end: int) -> SqlgenError:
        statements = parse.statements(self._text[start:end])
        return SqlgenError(
            diagnose_failure(
                failure.error,
                self._source,
                [(start + first, start + last) for first, last in statements],
                failure.done,
                offset=start,
                scratch=True,
            )
        )
