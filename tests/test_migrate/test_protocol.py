"""Operations, driven by hand: what they ask and how they take the answers, without a server."""

from itertools import pairwise
from types import SimpleNamespace

import psycopg
import pytest

from sqlgen.migrate.sessions.lock import with_lock
from sqlgen.migrate.sessions.protocol import (
    Operation,
    Request,
    RunStatement,
    run_statement,
)
from sqlgen.model.diagnostic import SqlgenError


def insert() -> Operation[str]:
    yield from run_statement("INSERT")
    return "inserted"


def described(request: Request) -> str:
    if isinstance(request, RunStatement):
        statement = " ".join(request.statement.as_string(None).split()[:3])
        return f"{request.session.name}: {statement}"
    return type(request).__name__


def test_the_lock_is_polled_and_released() -> None:
    operation = with_lock(insert(), timeout=60)
    exchanges = [
        ("WORK: SELECT pg_catalog.pg_backend_pid()", [(3,)]),
        ("ReadInfo", SimpleNamespace(backend_pid=3)),
        ("WORK: SELECT pg_catalog.current_database()", [("app",)]),
        ("WORK: SET idle_session_timeout =", []),
        ("LOCK: SET idle_session_timeout =", []),
        ("LOCK: SELECT pg_catalog.pg_try_advisory_lock(%s)", [(False,)]),
        ("LOCK: SELECT a.pid, a.application_name", [(7, "other")]),
        ("Sleep", None),
        ("LOCK: SELECT pg_catalog.pg_try_advisory_lock(%s)", [(True,)]),
        ("WORK: SELECT pg_catalog.pg_try_advisory_lock(%s)", [(True,)]),
        ("WORK: INSERT", []),
        ("LOCK: SELECT pg_catalog.pg_advisory_unlock_all()", []),
    ]
    request = next(operation)
    for (expected, answer), (following, _) in pairwise(exchanges):
        assert described(request) == expected
        request = operation.send(answer)
        assert described(request) == following
    with pytest.raises(StopIteration) as stop:
        operation.send([])
    assert stop.value.value == "inserted"


def test_the_holder_is_named_after_the_timeout() -> None:
    operation = with_lock(insert(), timeout=-1)
    next(operation)
    operation.send([(3,)])
    operation.send(SimpleNamespace(backend_pid=3))
    operation.send([("app",)])
    operation.send([])
    operation.send([])
    operation.send([(False,)])
    with pytest.raises(SqlgenError, match=r"process 7 \(unnamed\) holds it"):
        operation.send([(7, "")])


def test_the_lock_is_released_after_an_error_of_the_server() -> None:
    operation = with_lock(insert(), timeout=60)
    next(operation)
    info = SimpleNamespace(backend_pid=3)
    for answer in ([(3,)], info, [("app",)], [], [], [(True,)]):
        operation.send(answer)
    request = operation.send([(True,)])
    assert described(request) == "WORK: INSERT"
    request = operation.throw(psycopg.errors.DiskFull())
    assert described(request) == "LOCK: SELECT pg_catalog.pg_advisory_unlock_all()"
    with pytest.raises(psycopg.errors.DiskFull):
        operation.send([])
