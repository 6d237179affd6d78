"""Sends a script to the server, and tells which of its statements failed.

A script goes as one simple query (manual 54.2.2.1), as psql and SQLx send it. The server answers
with a result a statement until one fails, so that their number tells which one that is, also where
PostgreSQL gives no position. The generators are psycopg's own protocol, which both kinds of
connection can wait for.
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
    """What the server says against a script, and how many of its statements ran before."""

    error: psycopg.Error
    done: int


def send_script(
    pgconn: "PGconn", text: str, encoding: str
) -> "PQGen[ScriptFailure | None]":
    """Run all of *text*; gives the failure, or None. To be passed to `Connection.wait`."""
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
        refusal = psycopg.errors.error_from_result(results[-1], encoding)
        return ScriptFailure(refusal, _count(results[:-1]))
    return None


def _count(results: "Sequence[PGresult]") -> int:
    return sum(r.status != ExecStatus.EMPTY_QUERY for r in results)
