"""Sends a script to the server, and returns which of its statements failed.

A script is sent as one simple query (manual 54.2.2.1), as psql and SQLx do. The server answers with
one result a statement until one fails; so the number of results is the number of the failed
statement, also if PostgreSQL gives no position. The generators follow psycopg's own protocol, so
that both kinds of connection can wait for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg import generators
from psycopg.pq import ExecStatus
from psycopg.waiting import Wait

if TYPE_CHECKING:
    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGconn, PGresult


@dataclass(frozen=True, slots=True)
class ScriptFailure:
    """The server's error for a script, and how many of its statements ran before."""

    error: psycopg.Error
    done: int


def send_script(
    pgconn: "PGconn", text: str, encoding: str
) -> "PQGen[ScriptFailure | None]":
    """Run all of *text* and return the failure, or `None`; for `Connection.wait`."""
    pgconn.send_query(text.encode(encoding))
    results: list[PGresult] = list((yield from generators.execute(pgconn)))
    while results and results[-1].status in (ExecStatus.COPY_IN, ExecStatus.COPY_OUT):
        copy = results.pop()
        if copy.status == ExecStatus.COPY_IN:
            try:
                yield from generators.copy_end(
                    pgconn, b"a migration has no data to copy from"
                )
            except psycopg.Error as error:
                return ScriptFailure(error, len(results))
        while (received := pgconn.get_copy_data(1)[0]) >= 0:
            if received == 0:
                yield Wait.R
                pgconn.consume_input()
        results += yield from generators.fetch_many(pgconn)
    if results and results[-1].status == ExecStatus.FATAL_ERROR:
        failed = psycopg.errors.error_from_result(results[-1], encoding)
        return ScriptFailure(failed, _count(results[:-1]))
    return None


def _count(results: "Sequence[PGresult]") -> int:
    return sum(r.status != ExecStatus.EMPTY_QUERY for r in results)
