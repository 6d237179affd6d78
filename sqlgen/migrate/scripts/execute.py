"""Migration -> a scratch database that has it, without a ledger."""

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from ... import parse
from ...model.diagnostic import SqlgenError
from ...model.migration import Migration
from ...model.source import SourceFile
from ..adaptations.collations import replace_icu_collations
from ..adaptations.dumps import without_surroundings
from ..adaptations.stand_ins import without_timescale_options
from ..sessions.script import send_script
from ..sessions.session import RESET_SESSION
from .failures import diagnose_failure

IDLE = TransactionStatus.IDLE


def execute(connection: psycopg.Connection[TupleRow], migration: Migration) -> None:
    """Run the up script of *migration* on an autocommit connection.

    It runs in one transaction, or, after `-- no-transaction`, statement by statement without one.

    Raises `SqlgenError` with PostgreSQL's message at its place in the file.
    """
    _run(connection, migration.up, transactional=migration.transactional)


def execute_foreign(
    connection: psycopg.Connection[TupleRow], migration: Migration, *, is_dump: bool
) -> None:
    """Run a script of another tool as `execute` does, without owners, privileges and policies.

    *is_dump* says that it makes the whole schema of a database.
    """
    version = connection.info.server_version
    text = without_surroundings(migration.up.text, version, is_dump=is_dump)
    text = _without_foreign(connection, text)
    _run_text(connection, migration.up, text, transactional=migration.transactional)


def execute_down(
    connection: psycopg.Connection[TupleRow], migration: Migration
) -> None:
    """Run the down script of *migration*, which must have one, as `execute` does."""
    assert migration.down is not None
    transactional = not migration.down.text.startswith("-- no-transaction")
    _run(connection, migration.down, transactional=transactional)


def execute_script(
    connection: psycopg.Connection[TupleRow], source: SourceFile
) -> None:
    """Run any SQL file (seeds) in one transaction."""
    _run(connection, source, transactional=True)


def _run(
    connection: psycopg.Connection[TupleRow], source: SourceFile, *, transactional: bool
) -> None:
    text = fitted_text(connection, source)
    _run_text(connection, source, text, transactional=transactional)


def fitted_text(connection: psycopg.Connection[TupleRow], source: SourceFile) -> str:
    """Return the text of *source* as a scratch database runs it; every position in it stays the same."""
    text = source.text
    if parse.is_dump(text):
        text = without_surroundings(text, connection.info.server_version)
    return _without_foreign(connection, text)


def _without_foreign(connection: psycopg.Connection[TupleRow], text: str) -> str:
    """Return the text without what only other servers have: collations of ICU, options of extensions."""
    text = replace_icu_collations(connection, text)
    return without_timescale_options(connection, text)


def _run_text(
    connection: psycopg.Connection[TupleRow],
    source: SourceFile,
    text: str,
    *,
    transactional: bool,
) -> None:
    """Run *text*, which is that of *source* with some statements blanked."""
    if transactional:
        connection.execute("BEGIN")
        try:
            _send(connection, source, text, 0)
            _commit(connection, source)
        finally:
            if not connection.closed and connection.info.transaction_status != IDLE:
                connection.execute("ROLLBACK")
    else:
        for start, end in parse.statements(text):
            _send(connection, source, text[start:end], start)
    connection.execute(RESET_SESSION)


def _send(
    connection: psycopg.Connection[TupleRow], source: SourceFile, text: str, start: int
) -> None:
    """Run *text*, which starts at character *start* of *source*."""
    try:
        failure = connection.wait(
            send_script(connection.pgconn, text, connection.info.encoding)
        )
    except psycopg.OperationalError as error:  # the connection is lost
        raise SqlgenError(
            diagnose_failure(error, source, (), 0, scratch=True)
        ) from None
    if failure is not None:
        statements = [(start + a, start + b) for a, b in parse.statements(text)]
        raise SqlgenError(
            diagnose_failure(
                failure.error,
                source,
                statements,
                failure.done,
                offset=start,
                scratch=True,
            )
        ) from None


def _commit(connection: psycopg.Connection[TupleRow], source: SourceFile) -> None:
    """Commit. Deferred constraints are checked then, and may fail."""
    try:
        connection.execute("COMMIT")
    except psycopg.Error as error:
        raise SqlgenError(
            diagnose_failure(error, source, (), 0, scratch=True)
        ) from None
