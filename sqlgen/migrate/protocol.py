"""What the runner says to the server, apart from how: one story for both kinds of connection.

A talk is a generator. It yields what it wants from the server and gets the answer back, an error
of the server's as an exception. `converse` and `aconverse` hold it on psycopg's two kinds of
connection. There are two sessions: one works, the other holds the lock.
"""

import asyncio
import re
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from ..model.diagnostic import Diagnostic, ServerUnavailableError
from .script import ScriptFailure, send_script

ResultT = TypeVar("ResultT")

_NO_DATABASE = re.compile(r'database "[^"]+" does not exist')


class SessionRole(Enum):
    """Which of the two sessions is spoken to."""

    WORK = auto()
    LOCK = auto()


@dataclass(frozen=True, slots=True)
class RunStatement:
    """A statement with its parameters; the answer is its rows."""

    session: SessionRole
    statement: sql.SQL | sql.Composed
    parameters: Sequence[object]


@dataclass(frozen=True, slots=True)
class RunScript:
    """A script; the answer is what failed, or None."""

    text: str


@dataclass(frozen=True, slots=True)
class Sleep:
    """Some seconds of nothing."""

    seconds: float


Operation = Generator[RunStatement | RunScript | Sleep, Any, ResultT]


def run_statement(
    statement: LiteralString | sql.SQL | sql.Composed,
    *parameters: object,
    session: SessionRole = SessionRole.WORK,
) -> Operation[list[TupleRow]]:
    """The rows that *statement* gives."""
    composed = sql.SQL(statement) if isinstance(statement, str) else statement
    rows: list[TupleRow] = yield RunStatement(session, composed, parameters)
    return rows


def run_script(text: str) -> Operation[ScriptFailure | None]:
    """Run the script *text*; what failed, or None."""
    failure: ScriptFailure | None = yield RunScript(text)
    return failure


def run_operation(conninfo: str, talk: Callable[[], Operation[ResultT]]) -> ResultT:
    """Hold the talk over two connections of its own.

    Raises what the talk raises, and `ServerUnavailableError` where there is no server.
    """
    try:
        work = psycopg.connect(_prepared(conninfo), autocommit=True)
        with work, psycopg.connect(_prepared(conninfo), autocommit=True) as lock:
            held = talk()
            answer: Any = None
            raised: BaseException | None = None
            while True:
                try:
                    step = held.throw(raised) if raised else held.send(answer)
                except StopIteration as stop:
                    return stop.value  # type: ignore[no-any-return]  # the talk's Result
                raised = None
                try:
                    match step:
                        case RunStatement(session, statement, parameters):
                            connection = work if session is SessionRole.WORK else lock
                            cursor = connection.execute(statement, parameters or None)
                            answer = cursor.fetchall() if cursor.description else []
                        case RunScript(text):
                            answer = work.wait(
                                send_script(work.pgconn, text, work.info.encoding)
                            )
                        case Sleep(seconds):
                            time.sleep(seconds)
                except BaseException as error:  # noqa: BLE001  # passed on
                    raised = error
    except psycopg.Error as error:
        raise server_unavailable(error, conninfo) from error


async def arun_operation(
    conninfo: str, talk: Callable[[], Operation[ResultT]]
) -> ResultT:
    """As `converse`, for asyncio."""
    try:
        connect = psycopg.AsyncConnection.connect
        work = await connect(_prepared(conninfo), autocommit=True)
        async with work, await connect(_prepared(conninfo), autocommit=True) as lock:
            held = talk()
            answer: Any = None
            raised: BaseException | None = None
            while True:
                try:
                    step = held.throw(raised) if raised else held.send(answer)
                except StopIteration as stop:
                    return stop.value  # type: ignore[no-any-return]  # the talk's Result
                raised = None
                try:
                    match step:
                        case RunStatement(session, statement, parameters):
                            connection = work if session is SessionRole.WORK else lock
                            cursor = await connection.execute(
                                statement, parameters or None
                            )
                            answer = (
                                await cursor.fetchall() if cursor.description else []
                            )
                        case RunScript(text):
                            sending = send_script(work.pgconn, text, work.info.encoding)
                            answer = await work.wait(sending)
                        case Sleep(seconds):
                            await asyncio.sleep(seconds)
                except BaseException as error:  # noqa: BLE001  # passed on
                    raised = error
    except psycopg.Error as error:
        raise server_unavailable(error, conninfo) from error


def _prepared(conninfo: str) -> str:
    """The connection string with what the runner relies on."""
    try:
        given = conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError:
        # libpq's own message would quote the password.
        raise ServerUnavailableError(
            Diagnostic(
                code="server-unavailable",
                message="the database's connection URL cannot be read",
                label=None,
                hint="write it as `postgresql://user:password@host:port/database`, and"
                " percent-encode special characters of the password",
            )
        ) from None
    name = given.get("application_name") or "sqlgen migrate"
    return make_conninfo(conninfo, application_name=name, client_encoding="utf-8")


def server_unavailable(error: psycopg.Error, conninfo: str) -> ServerUnavailableError:
    """An error of the server's that is not about a migration."""
    password = conninfo_to_dict(conninfo).get("password")
    text = error.diag.message_primary or str(error)
    text = "; ".join(line.strip() for line in text.splitlines() if line.strip())
    hint = "check the database's URL, and that its server runs"
    if _NO_DATABASE.search(text):  # libpq gives no SQLSTATE here
        hint = "create it with `sqlgen migrate reset`, or name another one"
    return ServerUnavailableError(
        Diagnostic(
            code=error.diag.sqlstate or "server-unavailable",
            message=text.replace(str(password), "…") if password else text,
            label=None,
            hint=error.diag.message_hint or hint,
        )
    )
