"""pytest fixtures: a migrated database of its own for every test that asks for one.

Loading this costs a suite nothing to speak of: what talks to a server is imported when a fixture
is used first.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow

    from ..database import Server
    from ..model.config import Config


class Url(str):
    """A connection URL whose password a failing test's output does not show."""

    __slots__ = ()

    def __repr__(self) -> str:
        from .. import database

        return repr(database.url(str(self), with_password=False))


_FAILED = pytest.StashKey[bool]()
_PROPERTY = "sqlgen_database"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--sqlgen-keep` and the setting `sqlgen_project`."""
    parser.getgroup("sqlgen").addoption(
        "--sqlgen-keep",
        action="store_true",
        help="keep the databases of failed tests, and print their URLs",
    )
    parser.addini(
        "sqlgen_project",
        "folder of the project whose migrations the tests' databases have",
        default=".",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the async fixture as the plugin at hand wants it."""
    config.addinivalue_line(
        "markers",
        "sqlgen_fixtures(*paths): SQL files of the project, in order, whose rows the test's"
        " database has",
    )
    # anyio takes an ordinary fixture, pytest-asyncio only its own.
    asyncio = config.pluginmanager.hasplugin("asyncio")
    fixture: Any = import_module("pytest_asyncio" if asyncio else "pytest").fixture
    module = ModuleType("sqlgen_async")
    vars(module)["sqlgen_aconnection"] = fixture(name="sqlgen_aconnection")(
        _aconnection
    )
    config.pluginmanager.register(module, "sqlgen-async")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Remember a failure until the fixtures are torn down."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell where the databases of the failed tests are."""
    if not config.getoption("--sqlgen-keep"):
        return
    found = {
        (report.nodeid, value)
        for outcome in ("failed", "error")
        for report in terminalreporter.getreports(outcome)
        for name, value in report.user_properties
        if name == _PROPERTY
    }
    if found:
        terminalreporter.section("databases kept by sqlgen")
        for nodeid, url in sorted(found):
            terminalreporter.line(f"{nodeid}\n    {url}")


@pytest.fixture(scope="session")
def _sqlgen_config(request: pytest.FixtureRequest) -> "Config":
    from .. import read

    folder = request.config.rootpath / Path(request.config.getini("sqlgen_project"))
    with _plainly():
        config = read.config(folder)
    url = os.environ.get("SQLGEN_SERVER_URL")
    return replace(config, server=url) if url else config


@pytest.fixture(scope="session")
def _sqlgen_server(
    request: pytest.FixtureRequest, _sqlgen_config: "Config"
) -> Iterator["Server"]:
    from ..migrate import project

    keep = request.config.getoption("--sqlgen-keep")
    with ExitStack() as stack:
        with _plainly():
            lent = project.server_for_tests(_sqlgen_config, lasting=keep)
            server = stack.enter_context(lent)
        yield server


@pytest.fixture
def sqlgen_database(
    request: pytest.FixtureRequest, _sqlgen_config: "Config", _sqlgen_server: "Server"
) -> Iterator[str]:
    """The URL of a database that has all migrations, and is this test's alone."""
    from .. import database
    from ..migrate import project

    marker = request.node.get_closest_marker("sqlgen_fixtures")
    keeping = request.config.getoption("--sqlgen-keep")
    with ExitStack() as stack:
        with _plainly():
            lent = project.database_for_test(
                _sqlgen_config,
                _sqlgen_server,
                fixtures=marker.args if marker else (),
                keep=lambda: keeping and request.node.stash.get(_FAILED, False),
            )
            conninfo = stack.enter_context(lent)
        if keeping:
            shown = database.url(conninfo, with_password=False)
            request.node.user_properties.append((_PROPERTY, shown))
        yield Url(database.url(conninfo))


@pytest.fixture
def sqlgen_connection(
    sqlgen_database: str,
) -> Iterator["psycopg.Connection[TupleRow]"]:
    """An open connection to the test's database, in psycopg's usual mode: commit is yours."""
    import psycopg

    connection = psycopg.connect(sqlgen_database)
    try:
        yield connection
    finally:
        connection.close()


async def _aconnection(
    sqlgen_database: str,
) -> AsyncIterator["psycopg.AsyncConnection[TupleRow]"]:
    """As `sqlgen_connection`, for asyncio: with anyio's plugin or pytest-asyncio."""
    import psycopg

    connection = await psycopg.AsyncConnection.connect(sqlgen_database)
    try:
        yield connection
    finally:
        await connection.close()


@contextmanager
def _plainly() -> Iterator[None]:
    """Show what is wrong with the project as sqlgen does, rather than as a traceback."""
    from .. import report
    from ..model.diagnostic import SqlgenError

    try:
        yield
    except SqlgenError as error:
        pytest.fail(report.text(error.diagnostics), pytrace=False)
