"""Refuses a pooler that gives each transaction another session of the server."""

import psycopg

from ...model.diagnostic import Diagnostic, SqlgenError
from .protocol import Operation, SessionRole, read_info, run_statement

_PROCESS = "SELECT pg_catalog.pg_backend_pid()"


def refuse_transaction_pooling() -> Operation[None]:
    """Raise `SqlgenError` if the sessions are those of a pooler in transaction or statement mode.

    There, the lock, `SET` and `-- no-transaction` files would be spread over sessions of others. A
    pooler makes up the process ID that libpq receives. In session mode, each connection still has a
    process of its own.
    """
    ((first,),) = yield from run_statement(_PROCESS)
    if first == (yield from read_info()).backend_pid:
        return
    try:
        yield from run_statement("BEGIN", session=SessionRole.LOCK)
    except psycopg.errors.ProtocolViolation:  # PgBouncer in statement mode
        raise _refused() from None
    try:
        # A pooler hands out the process that it got back last, ...
        ((other,),) = yield from run_statement(_PROCESS, session=SessionRole.LOCK)
        if other == first:
            raise _refused()
        # ... or one after the other.
        ((second,),) = yield from run_statement(_PROCESS)
        if second != first:
            raise _refused()
    finally:
        yield from run_statement("ROLLBACK", session=SessionRole.LOCK)


def _refused() -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="transaction-pooler",
            message="the URL leads to a pooler that gives each transaction another session",
            label=None,
            hint="connect to PostgreSQL itself, or to a pooler in session mode: migrations need one"
            " session for their lock and their settings",
        )
    )
