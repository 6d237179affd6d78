"""The advisory lock under which migrations run: one process for each database, SQLx's included."""

import logging
import time
import zlib
from contextlib import suppress

import psycopg

from ...model.diagnostic import Diagnostic, SqlgenError
from .pooler import refuse_transaction_pooling
from .protocol import Operation, ResultT, SessionRole, Sleep, run_statement

LOGGER = logging.getLogger("sqlgen.migrate")

_HOLDER = """
    SELECT a.pid, a.application_name
    FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
      AND (l.classid::bigint << 32) | l.objid::bigint = %s
"""


def lock_key(database: str) -> int:
    """Return the key of a database's lock, as SQLx computes it.

    The source is sqlx-postgres, `src/migrate.rs`, `generate_lock_id`.
    """
    return 0x3D32AD9E * zlib.crc32(database.encode())


def with_lock(operation: Operation[ResultT], timeout: float) -> Operation[ResultT]:
    """Run *operation* under the lock.

    The lock is polled. A session that waits for a lock holds a snapshot, and `CREATE INDEX
    CONCURRENTLY` in the process that has the lock would wait for that snapshot in turn.

    The working session takes a second lock: when a process is killed, its lock session ends at
    once, but its working session may still run a statement.

    Raises `SqlgenError` that names the holder after *timeout* seconds, and for a pooler in transaction
    mode.
    """
    yield from refuse_transaction_pooling()
    ((database,),) = yield from run_statement("SELECT pg_catalog.current_database()")
    number = lock_key(database)
    for session in SessionRole:  # one waits for the other, and for other processes
        yield from run_statement("SET idle_session_timeout = 0", session=session)
    deadline = time.monotonic() + timeout
    yield from _take(SessionRole.LOCK, number, deadline, timeout)
    try:
        yield from _take(SessionRole.WORK, -number, deadline, timeout)
        return (yield from operation)
    finally:
        with suppress(psycopg.Error):  # a lost session has lost its lock, too
            yield from run_statement(
                "SELECT pg_catalog.pg_advisory_unlock_all()", session=SessionRole.LOCK
            )


def _take(
    session: SessionRole, number: int, deadline: float, timeout: float
) -> Operation[None]:
    pause, logged = 0.01, False
    while True:
        taken = yield from run_statement(
            "SELECT pg_catalog.pg_try_advisory_lock(%s)", number, session=session
        )
        if taken == [(True,)]:
            return
        holders = yield from run_statement(_HOLDER, number, session=session)
        holder = " ".join(
            f"process {pid} ({name or 'unnamed'})" for pid, name in holders
        )
        if holder and not logged:
            LOGGER.info("waiting for the migrations' lock, which %s holds", holder)
            logged = True
        if time.monotonic() > deadline:
            raise SqlgenError(
                Diagnostic(
                    code="migrations-locked",
                    message=f"the migrations' lock was not free within {timeout:g} s:"
                    f" {holder or 'another process'} holds it",
                    label=None,
                    hint="wait for it, or end it with `SELECT pg_terminate_backend(pid)`",
                )
            )
        yield Sleep(pause)
        pause = min(pause * 1.5, 0.5)
