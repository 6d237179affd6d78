"""A session -> one in which the server sends the analysed tree of each statement it parses."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import pq

_SETTINGS = """
    SELECT name, pg_catalog.current_setting(name), value
    FROM (VALUES -- Log the analysed tree of each statement, in lines, without indentation,
                 ('debug_print_parse', 'on'),
                 ('debug_pretty_print', 'off'),
                 -- and send it to the client.
                 ('client_min_messages', 'log'),
                 ('client_encoding', 'UTF8'),
                 -- Keep the trees, kilobytes a query, out of the server's own log. Only a
                 -- superuser may set this.
                 ('log_min_messages', 'fatal')) AS needed (name, value)
    WHERE name <> 'log_min_messages' OR pg_catalog.current_setting('is_superuser')::boolean
"""


@contextmanager
def debug_print_parse(pgconn: pq.abc.PGconn) -> Iterator[None]:
    """Make the server send `LOG: parse tree:` messages, and restore its settings at the end.

    Raises `psycopg.ProgrammingError` inside a transaction, which the first wrong query would abort.
    """
    if pgconn.transaction_status != pq.TransactionStatus.IDLE:
        raise psycopg.ProgrammingError(
            "queries are described outside of a transaction block"
        )
    # The SET statements below send trees, too, which the caller's handler must not get.
    handler, pgconn.notice_handler = pgconn.notice_handler, None
    settings = _rows(pgconn, _SETTINGS.encode())
    try:
        _set(pgconn, [(name, value) for name, _, value in settings])
        yield
    finally:
        if pgconn.status == pq.ConnStatus.OK:
            _set(pgconn, [(name, previous) for name, previous, _ in settings])
        pgconn.notice_handler = handler


def _set(pgconn: pq.abc.PGconn, settings: list[tuple[bytes, bytes]]) -> None:
    """Set them all in one simple query, which also drops the unnamed prepared statement."""
    escape = pq.Escaping(pgconn).escape_literal
    _rows(pgconn, b"; ".join(b"SET %s TO %s" % (n, escape(v)) for n, v in settings))


def _rows(pgconn: pq.abc.PGconn, statement: bytes) -> list[tuple[bytes, ...]]:
    result = pgconn.exec_(statement)
    if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        raise psycopg.OperationalError(result.get_error_message())
    return [
        tuple(result.get_value(row, column) or b"" for column in range(result.nfields))
        for row in range(result.ntuples)
    ]
