"""Sends a script to the server, and returns which of its statements failed.

A script is sent as one simple query (manual 54.2.2.1), as psql and SQLx do. The server answers with
one result a statement until one fails; so the number of results is the number of the failed
statement, also if PostgreSQL gives no position. A script for psql, which may have rows below
`COPY … FROM stdin`, is sent statement by statement, as psql does. The generators follow psycopg's own
protocol, so that both kinds of connection can wait for them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import psycopg
from psycopg import generators
from psycopg.pq import ExecStatus
from psycopg.waiting import Ready, Wait

from ... import parse

if TYPE_CHECKING:
    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGconn, PGresult

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ScriptFailure:
    """The server's error for a script, and how many of its statements ran before."""

    error: psycopg.Error
    done: int


def send_script(
    pgconn: "PGconn", text: str, encoding: str
) -> "PQGen[ScriptFailure | None]":
    """Run all of *text* and return the failure, or `None`; for `Connection.wait`."""
    if not parse.is_psql_script(text):
        return (yield from _send(pgconn, text, encoding))
    for done, (start, end) in enumerate(parse.statements(text)):
        # A dump says which encoding the rest of it has.
        encoding = psycopg.ConnectionInfo(pgconn).encoding
        rows = parse.copied_rows(text, start, end)
        statement = text[start : rows[0]] if rows else text[start:end]
        data = text[slice(*rows)] if rows else None
        try:
            failure = yield from _send(pgconn, statement, encoding, data)
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            message = f"`{character}` is not in the encoding that the script has set"
            return ScriptFailure(psycopg.errors.UntranslatableCharacter(message), done)
        if failure is not None:
            return ScriptFailure(failure.error, done + failure.done)
    return None


def interrupted(
    script: "PQGen[Result]", look: Callable[[], None], cancel: Callable[[], None]
) -> "PQGen[Result]":
    """Run *script*, and call *look* whenever it has waited for the server for the interval of `wait`.

    If that raises an exception, call *cancel*, and raise it once the script has ended.
    """
    failure: BaseException | None = None
    state = next(script)
    try:
        while True:
            ready = yield state
            if ready != Ready.NONE:
                state = script.send(ready)
                continue
            try:
                if failure is None:
                    look()
            except BaseException as error:  # noqa: BLE001 (raised below)
                failure = error
                cancel()
    except StopIteration as stop:
        if failure is not None:
            raise failure from None
        result: Result = stop.value
        return result


def _send(
    pgconn: "PGconn", text: str, encoding: str, rows: str | None = None
) -> "PQGen[ScriptFailure | None]":
    """Run *text*; a `COPY … FROM stdin` in it copies the *rows*."""
    pgconn.send_query(text.encode(encoding))
    results: list[PGresult] = list((yield from generators.execute(pgconn)))
    while results and results[-1].status in (ExecStatus.COPY_IN, ExecStatus.COPY_OUT):
        copy = results.pop()
        if copy.status == ExecStatus.COPY_IN:
            try:
                yield from _copy(pgconn, rows, encoding)
            except psycopg.Error as error:
                return ScriptFailure(error, len(results))
            return None  # the statement was alone, and has ended
        while (received := pgconn.get_copy_data(1)[0]) >= 0:
            if received == 0:
                yield Wait.R
                pgconn.consume_input()
        results += yield from generators.fetch_many(pgconn)
    if results and results[-1].status == ExecStatus.FATAL_ERROR:
        failed = psycopg.errors.error_from_result(results[-1], encoding)
        return ScriptFailure(failed, _count(results[:-1]))
    return None


def _copy(pgconn: "PGconn", rows: str | None, encoding: str) -> "PQGen[None]":
    """Send the *rows* to a COPY that has begun; without any, make it fail."""
    if rows is None:
        yield from generators.copy_end(pgconn, b"the script has no rows to copy")
        return
    for start in range(0, len(rows), _CHUNK):
        try:
            chunk = rows[start : start + _CHUNK].encode(encoding)
        except UnicodeEncodeError:
            with suppress(psycopg.Error):
                yield from generators.copy_end(pgconn, b"not in the encoding")
            raise
        yield from generators.copy_to(pgconn, chunk)
    yield from generators.copy_end(pgconn, None)


_CHUNK = 2**18
"""Characters of rows that are sent at once."""


def _count(results: "Sequence[PGresult]") -> int:
    return sum(r.status != ExecStatus.EMPTY_QUERY for r in results)
