"""The connection that holds the lock is lost while a script waits: the script does not go on alone."""

import asyncio
from collections.abc import Sequence

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen.migrate.sessions.protocol import (
    Operation,
    WatchedWait,
    arun_operation,
    run_operation,
    run_script,
)
from sqlgen.model.diagnostic import ServerUnavailableError

LOCK_SESSION = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'migration' AND query NOT LIKE '%pg_sleep%'
"""
RUNNING = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'migration' AND state = 'active' AND query LIKE '%pg_sleep%'
"""


@pytest.mark.parametrize("is_async", [False, True])
def test_the_script_is_cancelled(
    connection: psycopg.Connection[TupleRow], conninfo: str, is_async: bool
) -> None:
    url = make_conninfo(conninfo, application_name="migration")
    while_handled: list[TupleRow] = []

    def hear(_: Sequence[TupleRow]) -> None:
        connection.execute(LOCK_SESSION)

    def operation() -> Operation[None]:
        try:
            yield from run_script(
                "SELECT pg_sleep(600)", WatchedWait(interval=0.05, hear=hear)
            )
        finally:
            while_handled.extend(connection.execute(RUNNING).fetchall())

    def run() -> None:
        if is_async:
            asyncio.run(arun_operation(url, operation()))
        else:
            run_operation(url, operation())

    with pytest.raises(ServerUnavailableError):
        run()
    assert while_handled == [(0,)]
