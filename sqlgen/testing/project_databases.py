"""A project's migrations and SQL fixtures -> a database for each of its tests."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg

from .. import database, read
from ..build.schema_origin import (
    run_schema_script,
    schema_scripts,
    schema_sources,
)
from ..migrate import project
from ..model.config import Config
from .template_databases import TemplateStep, copied_template


@contextmanager
def server_for_tests(config: Config, *, persistent: bool) -> Iterator[database.Server]:
    """Yield the server for the tests' databases: the one that builds use.

    An embedded server is deleted after the tests. Where a *persistent* one is wanted, the project's
    development server takes its place.
    """
    extensions = project.extensions_folder(config)
    if persistent and config.is_embedded:
        yield database.development.start(
            config.root, extensions=extensions, programs=config.server_programs
        )
        return
    with database.server(
        config.server, extensions=extensions, sandboxed=False
    ) as server:
        yield server


@contextmanager
def database_for_test(
    config: Config,
    server: database.Server,
    *,
    fixtures: Sequence[str],
    keep: Callable[[], bool],
) -> Iterator[str]:
    """Create a database for one test, yield its connection string, and drop it unless *keep()*.

    It has all migrations, and the rows that the SQL files *fixtures* insert: paths in the project.
    Raises `SqlgenError` if a file is wrong.
    """
    sources = tuple(
        read.source(config.root, path, outside=config.outside_folders)
        for path in fixtures
    )
    scripts = schema_scripts(config, schema_sources(config))
    schema: tuple[object, ...] = (
        [(script.version, script.description, script.up.sha384) for script in scripts],
        (config.search_path, config.migrate.table),
        # A command may read other files of its project, too.
        (config.schema, str(config.root)) if config.schema else (),
    )

    def make_schema(conninfo: str) -> None:
        if config.schema:
            with psycopg.connect(conninfo, autocommit=True) as connection:
                for script in scripts:
                    run_schema_script(connection, conninfo, config, script)
            return
        conninfo = project.on_search_path(config, conninfo)
        project.up(config, project.MigrationTarget(conninfo, server.embedded, server))

    def insert_fixtures(conninfo: str) -> None:
        conninfo = project.on_search_path(config, conninfo)
        project.run_files(conninfo, sources, embedded=server.embedded)

    steps = [TemplateStep(_key(schema), make_schema)]
    if sources:
        rows = (*schema, [source.sha384 for source in sources])
        steps.append(TemplateStep(_key(rows), insert_fixtures))
    with copied_template(server, steps, keep=keep) as conninfo:
        yield project.on_search_path(config, conninfo)


def _key(content: object) -> str:
    """Return the key of a template with this *content*."""
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]
