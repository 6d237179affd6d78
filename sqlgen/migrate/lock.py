"""The lock under which migrations run: one at a time for each database, SQLx among them."""

import logging
import time
import zlib
from contextlib import suppress

import psycopg

from ..model.diagnostic import Diagnostic, SqlgenError
from .protocol import Operation, ResultT, SessionRole, Sleep, run_statement

LOGGER = logging.getLogger("sqlgen.migrate")

_HOLDER = """
    SELECT a.pid, a.application_name
    FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (l.classid::bigint << 32) | l.objid::bigint = %s
"""


def lock_key(database: str) -> int:
    """SQLx's own key for a database (sqlx-postgres `migrate.rs`, `generate_lock_id`)."""
    return 0x3D32AD9E * zlib.crc32(database.encode())


def with_lock(talk: Operation[ResultT], timeout: float) -> Operation[ResultT]:
    """Hold *talk* under the lock.

    The lock is asked for again and again rather than waited for: a session that waits holds a
    snapshot, for which `CREATE INDEX CONCURRENTLY` in the session that has the lock would wait in
    turn.

    The working session takes a second one. That of a process that was killed may still be at a
    statement when the first lock has gone with the other session.

    Raises `SqlgenError` naming who holds the lock when *timeout* seconds are over.
    """
    ((database,),) = yield from run_statement("SELECT current_database()")
    number = lock_key(database)
    yield from run_statement("SET idle_session_timeout = 0", session=SessionRole.LOCK)
    deadline = time.monotonic() + timeout
    yield from _take(SessionRole.LOCK, number, deadline, timeout)
    try:
        yield from _take(SessionRole.WORK, -number, deadline, timeout)
        return (yield from talk)
    finally:
        with suppress(psycopg.Error):  # a lost session has lost its lock, too
            yield from run_statement(
                "SELECT pg_advisory_unlock_all()", session=SessionRole.LOCK
            )


def _take(
    session: SessionRole, number: int, deadline: float, timeout: float
) -> Operation[None]:
    pause, said = 0.01, False
    while True:
        taken = yield from run_statement(
            "SELECT pg_try_advisory_lock(%s)", number, session=session
        )
        if taken == [(True,)]:
            return
        holders = yield from run_statement(_HOLDER, number, session=session)
        holder = " ".join(
            f"process {pid} ({name or 'unnamed'})" for pid, name in holders
        )
        if holder and not said:
            LOGGER.info("waiting for the migrations' lock, which %s holds", holder)
            said = True
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
