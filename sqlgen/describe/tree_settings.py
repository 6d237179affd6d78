"""Settings under which a server sends the analysed tree of each statement it parses."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import pq

# Whoever may change what goes to the server's own log keeps the trees out of it: on a server that
# somebody else runs they would be kilobytes a query.
_SETTINGS = """
    SELECT name, current_setting(name), value
    FROM (VALUES ('debug_print_parse', 'on'),
                 ('debug_pretty_print', 'off'),
                 ('client_min_messages', 'log'),
                 ('client_encoding', 'UTF8'),
                 ('log_min_messages', 'fatal')) AS wanted (name, value)
    WHERE name <> 'log_min_messages' OR current_setting('is_superuser')::boolean
"""


@contextmanager
def debug_print_parse(pgconn: pq.abc.PGconn) -> Iterator[None]:
    """Within the block, `LOG: parse tree:` comes to the client; afterwards all is as it was.

    Raises `psycopg.ProgrammingError` if a transaction is open: the first wrong query would end it.
    """
    if pgconn.transaction_status != pq.TransactionStatus.IDLE:
        raise psycopg.ProgrammingError(
            "queries are described outside of a transaction block"
        )
    # The statements below send trees of their own, which are nobody's business.
    handler, pgconn.notice_handler = pgconn.notice_handler, None
    before = _rows(pgconn, _SETTINGS.encode())
    try:
        _set(pgconn, [(name, value) for name, _, value in before])
        yield
    finally:
        if pgconn.status == pq.ConnStatus.OK:
            _set(pgconn, [(name, value) for name, value, _ in before])
        pgconn.notice_handler = handler


def _set(pgconn: pq.abc.PGconn, settings: list[tuple[bytes, bytes]]) -> None:
    """All settings in one simple query, which also drops the unnamed prepared statement."""
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
