"""The page where the stages meet for migrations: which files, which database, and what to do."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import psycopg
from psycopg.conninfo import make_conninfo

from .. import database, lint, lockfile, migrate, parse, read
from ..conninfo import parse_conninfo
from ..model.config import Config
from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.migration import Migration
from ..model.session import quoted_search_path
from ..model.source import SourceFile
from .collations import replace_icu_collations

DEVELOPMENT = "dev"
"""The name of the embedded development server's database, where none is asked for."""

Progress = Callable[[str], None]

_DRIVER = re.compile(r"\Apostgres(?:ql)?\+\w+://")
"""What SQLAlchemy writes: the driver's name is no business of libpq's."""


@dataclass(frozen=True, slots=True)
class Target:
    """A database that migrations work on; `private` if it is the project's embedded one."""

    conninfo: str = field(repr=False)
    private: bool


def target(
    config: Config,
    url: str | None,
    name: str | None,
    *,
    progress: Progress = lambda _: None,
) -> Target:
    """The database at *url*, else that of the project's embedded development server.

    *name* takes the place of the URL's own database. The development server is started if need be,
    and runs on. Raises `ConfigurationError` for a URL that is none, and `ServerUnavailableError`
    where the server cannot be started.
    """
    if url is None:
        progress("starting the development database")
        server = database.development.start(config.root, extensions=extensions(config))
        found = database.development.url(server, name or DEVELOPMENT)
        return Target(on_search_path(config, found), True)
    url = _DRIVER.sub("postgresql://", url)
    parse_conninfo(url)
    return Target(make_conninfo(url, dbname=name) if name else url, False)


def migrations(config: Config) -> tuple[Migration, ...]:
    """The project's migrations.

    Raises `SqlgenError` with all that is wrong with their files.
    """
    return parse.migrations(read.sources(config.root, config.migrations))


def seeds(config: Config) -> tuple[SourceFile, ...]:
    """The project's seeds; none where there is no folder of that name."""
    if not (config.root / config.migrate.seeds).exists():
        return ()
    return read.sources(config.root, config.migrate.seeds)


def up(
    config: Config,
    target_: Target,
    *,
    to: int | None = None,
    allow_out_of_order: bool = False,
    progress: Callable[[migrate.MigrationRun], None] = lambda _: None,
) -> tuple[migrate.MigrationRun, ...]:
    """Apply what is pending."""
    return migrate.up(
        target_.conninfo,
        fitted(target_, migrations(config)),
        table=config.migrate.table,
        lock_timeout=config.migrate.lock_timeout,
        to=to,
        allow_out_of_order=allow_out_of_order,
        progress=progress,
    )


def fitted(target_: Target, found: tuple[Migration, ...]) -> tuple[Migration, ...]:
    """The migrations as the embedded server can run them, which may have no ICU collations."""
    if not target_.private:
        return found
    with psycopg.connect(target_.conninfo, autocommit=True) as connection:
        return tuple(
            replace(
                m, up=replace(m.up, text=replace_icu_collations(connection, m.up.text))
            )
            for m in found
        )


def seed(config: Config, target_: Target) -> tuple[str, ...]:
    """Run the seeds in one transaction; gives their paths."""
    sources = seeds(config)
    migrate.seed(target_.conninfo, sources)
    return tuple(source.path for source in sources)


def verify(
    config: Config, *, with_seeds: bool, progress: Progress = lambda _: None
) -> tuple[Diagnostic, ...]:
    """What the down files do not undo, and the warnings, of the project's migrations.

    Raises `SqlgenError` where a script fails and `ServerUnavailableError` without a server.
    """
    found = migrations(config)
    generated = read.generated(config.root, config.output)
    warnings = lint.lint(found, lockfile.column_users(config, generated))
    try:
        with (
            database.server(
                config.server, extensions=extensions(config), progress=progress
            ) as server,
            database.scratch(server, search_path=config.search_path) as connection,
        ):
            progress(f"verifying {len(found)} migrations")
            unrestored = migrate.verify(
                connection, found, seeds(config) if with_seeds else ()
            )
    except SqlgenError as error:
        if type(error) is SqlgenError:
            raise SqlgenError(*warnings, *error.diagnostics) from None
        raise
    problems = map(migrate.diagnose_mismatch, unrestored)
    return *warnings, *(problem for problem in problems if problem)


def on_search_path(config: Config, conninfo: str) -> str:
    """The connection string with the project's search path, where that is not the usual one."""
    if config.search_path == Config(root=config.root).search_path:
        return conninfo
    path = {"search_path": quoted_search_path(config.search_path)}
    return make_conninfo(conninfo, options=database.session_options(conninfo, path))


def stem(migration: Migration) -> str:
    """What people call it: `0004_create_patients`."""
    name = PurePosixPath(migration.up.path).name
    return name.removesuffix(".sql").removesuffix(".up")


def extensions(config: Config) -> Path | None:
    """The folder of the project's own stand-ins for extensions."""
    return config.root / config.extensions if config.extensions else None
