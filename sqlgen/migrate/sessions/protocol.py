"""Operation -> requests to the server, and the drivers that send them with or without asyncio.

An operation decides what to ask the server, and does no input or output itself (it is "sans I/O"):
a generator that yields requests and receives their answers. An error of the server is raised in it
at the `yield`. So `up`, `down` and the rest are written once for both kinds of connection.

An operation has two sessions: one works, the other holds the lock.
"""

import asyncio
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Generic, LiteralString, TypeVar

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from .connection import aconnect, connect, outside_of_files
from .script import ScriptFailure, interrupted, send_script

ResultT = TypeVar("ResultT")


class SessionRole(Enum):
    """The purpose of a session of an operation."""

    WORK = auto()
    LOCK = auto()


@dataclass(frozen=True, slots=True)
class RunStatement:
    """A request to run one statement with its parameters. The answer is its rows."""

    session: SessionRole
    statement: sql.SQL | sql.Composed
    parameters: Sequence[object]


@dataclass(frozen=True, slots=True)
class WatchedWait:
    """A wait during which `hear` is called every *interval* seconds with the sessions that a script waits for.

    The sessions are rows of the process's id, the application's name and the state.
    """

    interval: float
    hear: Callable[[Sequence[TupleRow]], None]


@dataclass(frozen=True, slots=True)
class RunScript:
    """A request to run a script in the working session. The answer is its failure, or `None`."""

    text: str
    watched: WatchedWait | None = None


@dataclass(frozen=True, slots=True)
class ReadInfo:
    """A request for what psycopg knows of the working session. The answer is its `ConnectionInfo`."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """A request to wait before going on. The answer is `None`."""

    seconds: float


Request = RunStatement | RunScript | ReadInfo | Sleep
Operation = Generator[Request, Any, ResultT]
"""A generator of requests that receives their answers and returns the operation's result."""


def run_statement(
    statement: LiteralString | sql.SQL | sql.Composed,
    *parameters: object,
    session: SessionRole = SessionRole.WORK,
) -> Operation[list[TupleRow]]:
    """Run *statement* and return its rows; none if it returns no rows."""
    composed = sql.SQL(statement) if isinstance(statement, str) else statement
    rows: list[TupleRow] = yield RunStatement(session, composed, parameters)
    return rows


def run_script(
    text: str, watched: WatchedWait | None = None
) -> Operation[ScriptFailure | None]:
    """Run the script *text* and return its failure, or `None` if all of it ran."""
    failure: ScriptFailure | None = yield RunScript(text, watched)
    return failure


def read_info() -> Operation[psycopg.ConnectionInfo]:
    """Return what psycopg knows of the working session, without asking the server."""
    info: psycopg.ConnectionInfo = yield ReadInfo()
    return info


def read_transaction_status() -> Operation[TransactionStatus]:
    """Return the transaction status of the working session."""
    return (yield from read_info()).transaction_status


def run_operation(conninfo: str, operation: Operation[ResultT]) -> ResultT:
    """Run *operation* over two new connections and return its result.

    Raises what the operation raises, and `ServerUnavailableError` if the server cannot be reached
    or fails otherwise.
    """
    try:
        with connect(conninfo) as work, connect(conninfo) as lock:
            execution = _Execution(operation)
            while (request := execution.next_request()) is not None:
                try:
                    execution.answer = _send(request, work, lock)
                except BaseException as error:  # noqa: BLE001 (raised in the operation)
                    execution.error = error
            return execution.result
    except psycopg.Error as error:
        raise outside_of_files(error, conninfo) from None


async def arun_operation(conninfo: str, operation: Operation[ResultT]) -> ResultT:
    """Run *operation* as `run_operation` does, with asyncio."""
    try:
        work = await aconnect(conninfo)
        async with work, await aconnect(conninfo) as lock:
            execution = _Execution(operation)
            while (request := execution.next_request()) is not None:
                try:
                    execution.answer = await _asend(request, work, lock)
                except BaseException as error:  # noqa: BLE001 (raised in the operation)
                    execution.error = error
            return execution.result
    except psycopg.Error as error:
        raise outside_of_files(error, conninfo) from None


_BLOCKERS = """
SELECT pid, application_name, state FROM pg_catalog.pg_stat_activity
WHERE pid = ANY (pg_catalog.pg_blocking_pids(%s)) ORDER BY pid
"""


_CANCEL_SECONDS = 5.0


class _Execution(Generic[ResultT]):
    """An operation under way: set `answer` or `error`, then ask for the next request."""

    result: ResultT

    def __init__(self, operation: Operation[ResultT]) -> None:
        self._operation = operation
        self.answer: Any = None
        self.error: BaseException | None = None

    def next_request(self) -> Request | None:
        """Continue the operation up to its next request; `None` once it has its `result`."""
        answer, error = self.answer, self.error
        self.answer = self.error = None
        try:
            if error is not None:
                return self._operation.throw(error)
            return self._operation.send(answer)
        except StopIteration as stop:
            self.result = stop.value
            return None


def _send(
    request: Request,
    work: psycopg.Connection[TupleRow],
    lock: psycopg.Connection[TupleRow],
) -> Any:
    """Send *request* and return its answer."""
    match request:
        case RunStatement(session, statement, parameters):
            connection = work if session is SessionRole.WORK else lock
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []
        case RunScript(text, watched):
            script = send_script(work.pgconn, text, work.info.encoding)
            if watched is None:
                return work.wait(script)

            def look() -> None:
                watched.hear(
                    lock.execute(_BLOCKERS, (work.info.backend_pid,)).fetchall()
                )

            def cancel() -> None:
                with suppress(
                    psycopg.Error
                ):  # if the server has gone, the script has too
                    work.cancel_safe(timeout=_CANCEL_SECONDS)

            running = interrupted(script, look, cancel)
            return work.wait(running, interval=watched.interval)
        case ReadInfo():
            return work.info
        case Sleep(seconds):
            time.sleep(seconds)
            return None


async def _asend(
    request: Request,
    work: psycopg.AsyncConnection[TupleRow],
    lock: psycopg.AsyncConnection[TupleRow],
) -> Any:
    """Send *request* as `_send` does, with asyncio."""
    match request:
        case RunStatement(session, statement, parameters):
            connection = work if session is SessionRole.WORK else lock
            cursor = await connection.execute(statement, parameters or None)
            return await cursor.fetchall() if cursor.description else []
        case RunScript(text, watched):
            script = send_script(work.pgconn, text, work.info.encoding)
            if watched is None:
                return await work.wait(script)
            task = asyncio.create_task(work.wait(script))
            try:
                while not (await asyncio.wait([task], timeout=watched.interval))[0]:
                    cursor = await lock.execute(_BLOCKERS, (work.info.backend_pid,))
                    watched.hear(await cursor.fetchall())
            except BaseException:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                raise
            return await task
        case ReadInfo():
            return work.info
        case Sleep(seconds):
            await asyncio.sleep(seconds)
            return None
