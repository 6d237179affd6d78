"""The cursors on which the generated functions run their statements, and their counts and results."""

from itertools import count
from typing import Any, TypeVar, overload

from psycopg import (
    AsyncClientCursor,
    AsyncConnection,
    AsyncRawCursor,
    AsyncRawServerCursor,
    AsyncServerCursor,
    ClientCursor,
    Connection,
    ProgrammingError,
    RawCursor,
    RawServerCursor,
    ServerCursor,
)

# ddtrace puts wrappers in the place of `psycopg.Cursor` and `psycopg.AsyncCursor`.
from psycopg.cursor import Cursor
from psycopg.cursor_async import AsyncCursor
from psycopg.pq import TransactionStatus
from psycopg.rows import BaseRowFactory, TupleRow, tuple_row

T = TypeVar("T")


@overload
def raw_cursor(conn: Any) -> Cursor[TupleRow]: ...
@overload
def raw_cursor(conn: Any, *, row_factory: BaseRowFactory[T]) -> Cursor[T]: ...
def raw_cursor(conn: Any, *, row_factory: Any = tuple_row) -> Any:
    """Return a cursor for statements with `$1`, which tools that trace the connection see."""
    if type(conn) is Connection and conn.cursor_factory is Cursor:
        return RawCursor(conn, row_factory=row_factory)
    return _traced(conn, RawCursor, {"row_factory": row_factory})


@overload
def async_raw_cursor(conn: Any) -> AsyncCursor[TupleRow]: ...
@overload
def async_raw_cursor(
    conn: Any, *, row_factory: BaseRowFactory[T]
) -> AsyncCursor[T]: ...
def async_raw_cursor(conn: Any, *, row_factory: Any = tuple_row) -> Any:
    """Return a cursor for statements with `$1`, which tools that trace the connection see."""
    if type(conn) is AsyncConnection and conn.cursor_factory is AsyncCursor:
        return AsyncRawCursor(conn, row_factory=row_factory)
    return _traced(conn, AsyncRawCursor, {"row_factory": row_factory})


def stream_cursor(
    conn: Any, name: str, *, row_factory: BaseRowFactory[T]
) -> ServerCursor[T]:
    """Return a cursor whose rows stay on the server, under a name that no other call has."""
    cursor: ServerCursor[T] = _traced(
        conn, RawServerCursor, _stream_options(conn, name, row_factory)
    )
    return cursor


def async_stream_cursor(
    conn: Any, name: str, *, row_factory: BaseRowFactory[T]
) -> AsyncServerCursor[T]:
    """Return a cursor whose rows stay on the server, under a name that no other call has."""
    cursor: AsyncServerCursor[T] = _traced(
        conn, AsyncRawServerCursor, _stream_options(conn, name, row_factory)
    )
    return cursor


_numbers = count(1)


def _stream_options(conn: Any, name: str, row_factory: Any) -> dict[str, Any]:
    # Without a transaction, a cursor has to outlive its own statement. Within one, it must not be
    # WITH HOLD, which would read all rows at the end, and which FOR UPDATE refuses.
    is_idle = conn.pgconn.transaction_status == TransactionStatus.IDLE
    return {
        "name": f"{name}_{next(_numbers)}",
        "row_factory": row_factory,
        "withhold": conn.autocommit and is_idle,
    }


def _traced(conn: Any, raw: Any, options: dict[str, Any]) -> Any:
    """Return a cursor of the class *raw*, in the way in which `conn.cursor()` would be traced.

    Tools do that in two ways. OpenTelemetry's sets `conn.cursor_factory` to a subclass of psycopg's
    cursor: a class of both is made. ddtrace's gives out a proxy of the connection, which makes
    proxies of cursors: such a one gets our cursor in it.
    """
    if type(conn) is not conn.__class__ and hasattr(conn, "__wrapped__"):
        inner = _traced(conn.__wrapped__, raw, options)
        proxy = conn.cursor()
        if type(proxy) is proxy.__class__:
            return inner
        proxy.__wrapped__ = inner
        return proxy
    return _raw_class(conn, raw)(conn, **options)


def _raw_class(conn: Any, raw: Any) -> Any:
    """Return the connection's own class of cursors combined with *raw*; *raw* where that cannot be."""
    factory = conn.cursor_factory
    if factory is Cursor or factory is AsyncCursor or not isinstance(factory, type):
        return raw
    # The class is kept with the factory, which may be as short-lived as its connection.
    attribute = f"_sqlgen_{raw.__name__}"
    combined = factory.__dict__.get(attribute)
    if combined is None:
        combined = raw
        if issubclass(factory, raw):
            combined = factory
        elif _combines(factory, raw):
            combined = type(f"{raw.__name__}Of{factory.__name__}", (factory, raw), {})
        setattr(factory, attribute, combined)
    return combined


def _combines(factory: Any, raw: Any) -> bool:
    plain: Any = AsyncCursor if issubclass(raw, AsyncCursor) else Cursor
    if not issubclass(factory, plain):
        return False
    if issubclass(factory, (ClientCursor, AsyncClientCursor)):
        return False  # these write the values into the statement
    # A constructor of its own may not know the arguments of a cursor on the server.
    is_on_server = issubclass(raw, (RawServerCursor, AsyncRawServerCursor))
    return not is_on_server or factory.__init__ is plain.__init__


def rowcount_of(cursor: Cursor[Any]) -> int:
    """Return the number of rows that a statement has affected; in a pipeline, wait for its result."""
    if cursor.pgresult is None:
        try:
            cursor.fetchone()
        except ProgrammingError as error:
            _check_that_rows_lack(error)
    return cursor.rowcount


async def async_rowcount_of(cursor: AsyncCursor[Any]) -> int:
    """Return the number of rows that a statement has affected; in a pipeline, wait for its result."""
    if cursor.pgresult is None:
        try:
            await cursor.fetchone()
        except ProgrammingError as error:
            _check_that_rows_lack(error)
    return cursor.rowcount


def _check_that_rows_lack(error: ProgrammingError) -> None:
    # Asking for a row is what waits for the result, as psycopg does before it finds that the
    # statement returns none. The server's own errors have a code.
    if error.sqlstate:
        raise error


def is_pipelined(conn: Any) -> bool:
    """Return whether `conn.pipeline()` is active, where `executemany` waits only for `returning`."""
    return bool(conn.pgconn.pipeline_status)


def total_rowcount(cursor: Cursor[Any] | AsyncCursor[Any]) -> int:
    """Return the number of rows that `executemany` has affected, `returning` or not."""
    total = max(cursor.rowcount, 0)
    while cursor.nextset():
        total += cursor.rowcount
    return total


def results_of(cursor: Cursor[T]) -> list[list[T]]:
    """Return the rows of each execution by `executemany`."""
    results: list[list[T]] = []
    has_result = bool(cursor.pgresult)
    while has_result:
        results.append(cursor.fetchall())
        has_result = bool(cursor.nextset())
    return results


async def async_results_of(cursor: AsyncCursor[T]) -> list[list[T]]:
    """Return the rows of each execution by `executemany`."""
    results: list[list[T]] = []
    has_result = bool(cursor.pgresult)
    while has_result:
        results.append(await cursor.fetchall())
        has_result = bool(cursor.nextset())
    return results
