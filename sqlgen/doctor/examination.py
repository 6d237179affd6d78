"""Asks a database; changes nothing in it."""

from typing import Any, Final

import psycopg
from psycopg.rows import TupleRow, dict_row

from ..migrate.sessions.connection import connect, outside_of_files
from .facts import Pooling, ServerFacts

SETTINGS: Final = (
    *("DateStyle", "IntervalStyle", "TimeZone", "client_encoding", "server_encoding"),
    *("backslash_quote", "bytea_output", "extra_float_digits", "search_path"),
    *("standard_conforming_strings", "transform_null_equals"),
    *("default_transaction_isolation", "default_transaction_read_only"),
    *("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout"),
)
"""The settings that change what statements mean, what values look like, or when statements end."""

_SERVER = """
SELECT pg_catalog.current_setting('server_version_num')::int AS version,
       pg_catalog.current_database() AS database,
       current_user::pg_catalog.text AS user,
       r.rolsuper AS is_superuser,
       r.rolbypassrls OR r.rolsuper AS skips_row_security,
       pg_catalog.pg_is_in_recovery() AS is_standby
FROM pg_catalog.pg_roles AS r
WHERE r.rolname = current_user
"""
_SETTINGS = "SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY (%s)"
_EXTENSIONS = "SELECT extname, extversion FROM pg_catalog.pg_extension ORDER BY extname"

_STATEMENT: Final = "sqlgen_doctor"
_PREPARED = f"SELECT 1 AS {_STATEMENT}"

Connection = psycopg.Connection[TupleRow]


def examine(conninfo: str) -> ServerFacts:
    """Return the facts about the database that *conninfo* names, as its user sees it.

    Raises `ServerUnavailableError` if it cannot be reached, and `SqlgenError` if it refuses to answer.
    """
    try:
        with connect(conninfo) as connection, connect(conninfo) as other:
            with connection.cursor(row_factory=dict_row) as cursor:
                server: Any = cursor.execute(_SERVER).fetchone()
            settings: dict[str, str] = dict(
                connection.execute(_SETTINGS, [list(SETTINGS)]).fetchall()
            )
            extensions: dict[str, str] = dict(
                connection.execute(_EXTENSIONS).fetchall()
            )
            # libpq's own; the setting is what `connect` asks for.
            settings.pop("client_encoding", None)
            pooling = _pooling(connection, other)
            mixes = pooling in (Pooling.TRANSACTION, Pooling.STATEMENT)
            return ServerFacts(
                **server,
                pooling=pooling,
                prepares=not mixes or _renames_prepared(connection),
                settings=settings,
                extensions=extensions,
            )
    except psycopg.Error as error:
        raise outside_of_files(error, conninfo) from None


def _pooling(connection: Connection, other: Connection) -> Pooling:
    """Return when another client gets the session; *other* is a second connection to the same place."""
    first = _process(connection)
    if first == connection.info.backend_pid:
        # A pooler makes up the process ID that libpq receives.
        return Pooling.NONE
    try:
        other.execute("BEGIN")
    except psycopg.errors.ProtocolViolation:  # PgBouncer
        return Pooling.STATEMENT
    try:
        # A pooler hands out the session that it got back last, or one after the other.
        mixes = _process(other) == first or _process(connection) != first
    finally:
        other.execute("ROLLBACK")
    return Pooling.TRANSACTION if mixes else Pooling.SESSION


def _process(connection: Connection) -> int:
    row: Any = connection.execute("SELECT pg_catalog.pg_backend_pid()").fetchone()
    process: int = row[0]
    return process


def _renames_prepared(connection: Connection) -> bool:
    """Return whether a pooler keeps prepared statements itself, under names of its own.

    Such a one prepares them again in each session (PgBouncer 1.21 and newer: `max_prepared_statements`).
    Any other passes on the names of its clients, which meet in its sessions.
    """
    try:
        connection.execute("BEGIN")
    except psycopg.errors.ProtocolViolation:
        return False
    try:
        connection.pgconn.prepare(_STATEMENT.encode(), _PREPARED.encode())
        rows = connection.execute(
            "SELECT name FROM pg_catalog.pg_prepared_statements WHERE statement = %s",
            [_PREPARED],
        ).fetchall()
        names = {name for (name,) in rows}
        if _STATEMENT in names:
            connection.execute(f"DEALLOCATE {_STATEMENT}")
        return bool(names) and _STATEMENT not in names
    finally:
        connection.execute("ROLLBACK")
