"""Connection string -> a session for migrations, once the server accepts connections."""

import asyncio
import logging
import os
import re
import time
from collections.abc import Iterator
from typing import TypeVar

import psycopg
from psycopg import errors
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from ...conninfo import libpq_conninfo, parse_conninfo, redact
from ...model.diagnostic import Diagnostic, ServerUnavailableError, SqlgenError

LOGGER = logging.getLogger("sqlgen.migrate")

NOTICE = 25
"""The log level of the server's notices, between `logging.INFO` and `logging.WARNING`."""

CONNECT_TIMEOUT = 10
"""Seconds to wait for a server that does not accept connections yet, as SQLx does.

`connect_timeout` in the connection string is another time.
"""

NO_DATABASE = re.compile(r'database "[^"]+" does not exist')
"""The message of the error when a connection names a database that is not there."""

# libpq gives no SQLSTATE for a connection that fails; that of the last kind is 57P03.
_NOT_YET = re.compile(
    r"Connection refused|No such file or directory\s+Is the server running"
    r"|the database system is (?:starting up|shutting down|not yet accepting|in recovery)"
)


def connect(conninfo: str) -> psycopg.Connection[TupleRow]:
    """Return a session in autocommit mode, and wait for a server that is still starting.

    Raises `psycopg.OperationalError` if there is none in time, and `ServerUnavailableError` for a
    connection string that cannot be read.
    """
    own_conninfo, pauses = _conninfo_and_pauses(conninfo)
    while True:
        try:
            # No statement is prepared: that would fail behind a pooler, and few are sent five times.
            return _with_logged_notices(
                psycopg.connect(own_conninfo, autocommit=True, prepare_threshold=None)
            )
        except psycopg.OperationalError as error:
            time.sleep(_pause(error, pauses, conninfo))


async def aconnect(conninfo: str) -> psycopg.AsyncConnection[TupleRow]:
    """Return a session as `connect` does, with asyncio."""
    own_conninfo, pauses = _conninfo_and_pauses(conninfo)
    connect_ = psycopg.AsyncConnection.connect
    while True:
        try:
            return _with_logged_notices(
                await connect_(own_conninfo, autocommit=True, prepare_threshold=None)
            )
        except psycopg.OperationalError as error:
            await asyncio.sleep(_pause(error, pauses, conninfo))


def outside_of_files(error: psycopg.Error, conninfo: str) -> SqlgenError:
    """Return the error to raise for an error of the server that is not about a migration's SQL.

    It is a `ServerUnavailableError` if there is no connection, or no longer.
    """
    diag = error.diag
    text = diag.message_primary or str(error)
    message = redact(text, parse_conninfo(conninfo, allow_empty=True))
    hint = diag.message_hint or ""
    state = diag.sqlstate or ""
    unreachable = not state or state.startswith(("08", "28", "3D", "53", "57P"))
    if not hint and NO_DATABASE.search(message):
        hint = "create it with `sqlgen migrate reset`, or name another one"
    elif not hint and unreachable:
        hint = "check the database's URL, and that its server runs"
    elif not hint and isinstance(error, errors.InsufficientPrivilege):
        hint = "connect as a user who may create the ledger's table and write to it"
    if detail := diag.message_detail:
        message = (
            f"{message} ({redact(detail, parse_conninfo(conninfo, allow_empty=True))})"
        )
    kind = ServerUnavailableError if unreachable else SqlgenError
    return kind(
        Diagnostic(
            code=state or "server-unavailable", message=message, label=None, hint=hint
        )
    )


ConnectionT = TypeVar(
    "ConnectionT", psycopg.Connection[TupleRow], psycopg.AsyncConnection[TupleRow]
)


def _conninfo_and_pauses(conninfo: str) -> tuple[str, Iterator[float]]:
    """Return the connection string that operations rely on, and the pauses between attempts."""
    parameters = parse_conninfo(
        conninfo, raises=ServerUnavailableError, allow_empty=True
    )
    name = parameters.get("application_name") or "sqlgen migrate"
    own_conninfo = make_conninfo(
        libpq_conninfo(conninfo), application_name=name, client_encoding="utf-8"
    )
    timeout = str(
        parameters.get("connect_timeout") or os.environ.get("PGCONNECT_TIMEOUT", "")
    )
    return own_conninfo, _pauses(
        int(timeout) if timeout.isdecimal() else CONNECT_TIMEOUT
    )


def _pauses(timeout: int) -> Iterator[float]:
    """Yield seconds to wait before the next attempt, until *timeout* is over."""
    deadline, pause = time.monotonic() + timeout, 0.05
    while time.monotonic() < deadline:
        yield pause
        pause = min(pause * 1.5, 1)


def _pause(
    error: psycopg.OperationalError, pauses: Iterator[float], conninfo: str
) -> float:
    """Return how long to wait after *error*; raise it if waiting is of no use."""
    pause = next(pauses, None) if _NOT_YET.search(str(error)) else None
    if pause is None:
        raise error
    reason = redact(str(error), parse_conninfo(conninfo, allow_empty=True))
    LOGGER.info("waiting for the server: %s", reason)
    return pause


def _with_logged_notices(connection: ConnectionT) -> ConnectionT:
    """Return the connection, whose notices are logged: those of a migration's RAISE NOTICE."""
    connection.add_notice_handler(_log_notice)
    return connection


def _log_notice(diagnostic: errors.Diagnostic) -> None:
    severity = diagnostic.severity_nonlocalized or "NOTICE"
    level = logging.WARNING if severity == "WARNING" else NOTICE
    LOGGER.log(level, "%s", diagnostic.message_primary)
