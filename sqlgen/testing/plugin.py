"""The pytest plugin: fixtures that give each test a migrated database of its own.

pytest loads it in every project that has sqlgen installed, so it imports at first use whatever
talks to a server.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
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
    """A connection URL whose `repr`, which pytest prints for a failed test, hides the password."""

    __slots__ = ()

    def __repr__(self) -> str:
        from .. import database

        return repr(database.url(str(self), with_password=False))


_FAILED = pytest.StashKey[bool]()
_PROPERTY = "sqlgen_database"
_WARNING = "sqlgen_warning"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--sqlgen-keep` and the setting `sqlgen_project`."""
    parser.getgroup("sqlgen").addoption(
        "--sqlgen-keep",
        action="store_true",
        help="keep the databases of failed tests, and print their URLs",
    )
    parser.addini(
        "sqlgen_project",
        "folder of the project whose migrations are applied to the tests' databases, or the file of its"
        " configuration",
        default=".",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker `sqlgen_fixtures`, and the async fixture for the async plugin in use."""
    config.addinivalue_line(
        "markers",
        "sqlgen_fixtures(*paths): run these SQL files of the project, in order, on the test's"
        " database",
    )
    # anyio accepts an ordinary fixture, pytest-asyncio only one made by its own decorator.
    asyncio = config.pluginmanager.hasplugin("asyncio")
    fixture: Any = import_module("pytest_asyncio" if asyncio else "pytest").fixture
    module = ModuleType("sqlgen_async")
    vars(module)["sqlgen_aconnection"] = fixture(name="sqlgen_aconnection")(
        _aconnection
    )
    config.pluginmanager.register(module, "sqlgen-async")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Note a failure for the teardown of the test's fixtures."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print warnings about the databases, and the URLs of those that were kept."""
    warnings = {
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == _WARNING
    }
    if warnings:
        terminalreporter.section("warnings of sqlgen")
        for warning in sorted(warnings):
            terminalreporter.line(warning)
    if not config.getoption("--sqlgen-keep"):
        return
    databases = {
        (report.nodeid, value)
        for outcome in ("failed", "error")
        for report in terminalreporter.getreports(outcome)
        for name, value in report.user_properties
        if name == _PROPERTY
    }
    if databases:
        terminalreporter.section("databases kept by sqlgen")
        for nodeid, url in sorted(databases):
            terminalreporter.line(f"{nodeid}\n    {url}")


ServerOf = Callable[["Config"], "Server"]


@pytest.fixture(scope="session")
def _sqlgen_servers(request: pytest.FixtureRequest) -> Iterator[ServerOf]:
    """Yield a function that returns the server of a configuration, started at its first use."""
    from .project_databases import server_for_tests

    keep = request.config.getoption("--sqlgen-keep")
    servers: dict[object, Server] = {}
    with ExitStack() as stack:

        def server_of(config: "Config") -> "Server":
            key = (config.server, config.root, config.extensions)
            if key not in servers:
                with _diagnostics_as_failures():
                    servers[key] = stack.enter_context(
                        server_for_tests(config, persistent=keep)
                    )
            return servers[key]

        yield server_of


def _configuration(request: pytest.FixtureRequest, place: str) -> "Config":
    from .. import read

    with _diagnostics_as_failures():
        config = read.config(request.config.rootpath / Path(place))
    url = os.environ.get("SQLGEN_SERVER_URL")
    return replace(config, server=url) if url else config


def _database(
    request: pytest.FixtureRequest,
    config: "Config",
    server_of: ServerOf,
    fixtures: Sequence[str],
) -> Iterator[str]:
    """Yield the URL of the requesting test's own database."""
    from .. import database
    from .project_databases import database_for_test

    keep = request.config.getoption("--sqlgen-keep")
    server = server_of(config)
    with ExitStack() as stack:
        with _diagnostics_as_failures():
            conninfo = stack.enter_context(
                database_for_test(
                    config,
                    server,
                    fixtures=fixtures,
                    keep=lambda: keep and request.node.stash.get(_FAILED, False),
                )
            )
        if keep:
            url = database.url(conninfo, with_password=False)
            request.node.user_properties.append((_PROPERTY, url))
        yield Url(database.url(conninfo))


@pytest.fixture(scope="session")
def _sqlgen_config(request: pytest.FixtureRequest) -> "Config":
    return _configuration(request, str(request.config.getini("sqlgen_project")))


@pytest.fixture(scope="session")
def _sqlgen_warning(_sqlgen_config: "Config", _sqlgen_servers: ServerOf) -> str:
    """Return what is not as in production in the tests' databases, `""` if all is."""
    if _sqlgen_config.schema:
        return ""
    return _collation_warning(_sqlgen_config, _sqlgen_servers, ())


def _collation_warning(
    config: "Config", server_of: ServerOf, fixtures: Sequence[str]
) -> str:
    from ..migrate import project

    server = server_of(config)
    with _diagnostics_as_failures():
        return project.collation_warning(config, server, fixtures)


@pytest.fixture
def sqlgen_database(
    request: pytest.FixtureRequest,
    _sqlgen_config: "Config",
    _sqlgen_servers: ServerOf,
    _sqlgen_warning: str,
) -> Iterator[str]:
    """Yield the URL of this test's own database, which has all migrations."""
    paths = _fixture_paths(request.node.get_closest_marker("sqlgen_fixtures"))
    warnings = [_sqlgen_warning]
    if paths:
        warnings.append(_collation_warning(_sqlgen_config, _sqlgen_servers, paths))
    for warning in filter(None, warnings):
        request.node.user_properties.append((_WARNING, warning))
    yield from _database(request, _sqlgen_config, _sqlgen_servers, paths)


def database_fixture(configuration: str, fixtures: Sequence[str] = ()) -> Any:
    """Return a fixture like `sqlgen_database` for another configuration of the repository.

    *configuration* is its file or folder, relative to pytest's root directory, and *fixtures* are SQL
    files of its project that are run on each database.
    """

    @pytest.fixture
    def another_database(
        request: pytest.FixtureRequest, _sqlgen_servers: ServerOf
    ) -> Iterator[str]:
        config = _configuration(request, configuration)
        yield from _database(request, config, _sqlgen_servers, fixtures)

    return another_database


@pytest.fixture
def sqlgen_connection(
    sqlgen_database: str,
) -> Iterator["psycopg.Connection[TupleRow]"]:
    """Yield an open connection to the test's database, which commits only when the test does."""
    import psycopg

    connection = psycopg.connect(sqlgen_database)
    try:
        yield connection
    finally:
        connection.close()


async def _aconnection(
    sqlgen_database: str,
) -> AsyncIterator["psycopg.AsyncConnection[TupleRow]"]:
    """Yield an `sqlgen_connection` for asyncio, with anyio's plugin or pytest-asyncio."""
    import psycopg

    connection = await psycopg.AsyncConnection.connect(sqlgen_database)
    try:
        yield connection
    finally:
        await connection.close()


@contextmanager
def _diagnostics_as_failures() -> Iterator[None]:
    """Fail with the text that sqlgen prints for an error in the project, not with a traceback.

    An error of the server is reported in the same way.
    """
    import psycopg

    from .. import report
    from ..conninfo import redact
    from ..model.diagnostic import Diagnostic, SqlgenError

    # Without `from None`, pytest prints the error a second time, as the failure's cause.
    try:
        yield
    except SqlgenError as error:
        text = report.text(error.diagnostics)
        raise pytest.fail.Exception(text, pytrace=False) from None
    except psycopg.Error as error:
        diagnostic = Diagnostic(
            code=error.sqlstate or "server-unavailable",
            message=redact(str(error), {}),
            label=None,
            hint="check the server that `server` or `SQLGEN_SERVER_URL` names",
        )
        text = report.text([diagnostic])
        raise pytest.fail.Exception(text, pytrace=False) from None


def _fixture_paths(marker: pytest.Mark | None) -> tuple[str, ...]:
    """Return the paths that the marker `sqlgen_fixtures` names; fail if it names something else."""
    if marker is None:
        return ()
    arguments = (*marker.args, *marker.kwargs.items())
    if not all(isinstance(path, str | os.PathLike) for path in arguments):
        usage = '@pytest.mark.sqlgen_fixtures("seeds/one.sql", "seeds/two.sql")'
        pytest.fail(
            f"the marker takes the paths of SQL files: `{usage}`", pytrace=False
        )
    return tuple(map(os.fspath, marker.args))
