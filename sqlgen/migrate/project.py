"""Combines the stages for the commands: a project's configuration -> migrations that are run."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import psycopg
from psycopg.conninfo import make_conninfo

from .. import database, lint, lockfile, migrate, parse, read, write
from ..conninfo import check_database_name, libpq_conninfo, parse_conninfo
from ..database import tcp
from ..model.config import Config
from ..model.diagnostic import ConfigurationError, Diagnostic, SqlgenError
from ..model.migration import Migration
from ..model.output import Change
from ..model.session import quoted_search_path
from ..model.source import SourceFile
from .adaptations import collations
from .adaptations.own_server import fit_files_for_embedded, fit_for_embedded
from .adaptations.server_wide import fit_for_server

DEVELOPMENT_DATABASE = "dev"
"""The default name of the database on the embedded development server."""


@dataclass(frozen=True, slots=True)
class MigrationTarget:
    """A database to migrate; `embedded` if it is on a server that sqlgen has started.

    `test_server` is the server of a database that sqlgen has made for tests.
    """

    conninfo: str = field(repr=False)
    embedded: bool
    test_server: database.Server | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return the database's URL without its password, for people."""
        if self.embedded:
            name = parse_conninfo(self.conninfo)["dbname"]
            return f"the development database `{name}`"
        return database.url(self.conninfo, with_password=False)


def target(
    config: Config,
    url: str | None,
    name: str | None,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> MigrationTarget:
    """Return the database at *url*, or, if it is `None`, at DATABASE_URL in the project's `.env`.

    Without either, it is one on the embedded development server. *name* replaces the URL's own. The development
    server is started if it does not run yet, and keeps running. Raises `ConfigurationError` if the URL cannot
    be read, and `ServerUnavailableError` if the server cannot be started.
    """
    if name:
        check_database_name(name)
    url = url or _url_of_env_file(config.root)
    if url is None:
        server = start_development_server(config, progress=progress)
        conninfo = database.development.url(server, name or DEVELOPMENT_DATABASE)
        return MigrationTarget(on_search_path(config, conninfo), True)
    url = libpq_conninfo(url)
    parse_conninfo(url)
    return MigrationTarget(make_conninfo(url, dbname=name) if name else url, False)


def start_development_server(
    config: Config,
    listen: tcp.Address | None = None,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> database.Server:
    """Return the embedded development server, started if it does not run; it listens as `development.start` says."""
    progress("starting the development database")
    return database.development.start(
        config.root,
        extensions=extensions_folder(config),
        programs=config.server_programs,
        listen=listen,
    )


def _url_of_env_file(root: Path) -> str | None:
    """Return DATABASE_URL as the file `.env` of the project has it, as SQLx and dbmate read it."""
    path = root / ".env"
    if not path.is_file():
        return None
    from dotenv import dotenv_values  # rarely needed

    return dotenv_values(path, encoding="utf-8").get("DATABASE_URL") or None


def migrations(config: Config) -> tuple[Migration, ...]:
    """Return the project's migrations by version; finish a squash that was killed.

    Raises `SqlgenError` with everything that is wrong with their files, and `ConfigurationError` if
    the schema does not come from migrations.
    """
    refuse_other_schema(config)
    output = config.output if read.may_write_output(config) else ""
    write.finish_interrupted(config.root, output)
    return parse.migrations(read.migrations(config))


def refuse_other_schema(config: Config) -> None:
    """Raise `ConfigurationError` for a schema that does not come from migrations of sqlgen."""
    if config.schema:
        raise ConfigurationError(
            Diagnostic(
                code="schema-from-elsewhere",
                message=f"the schema comes from {config.schema}, not from migrations of sqlgen",
                label=None,
                hint="change databases with the tool that the schema comes from",
            )
        )


def seeds(config: Config) -> tuple[SourceFile, ...]:
    """Return the project's seeds by their numbers; none if there is no such folder."""
    if not (config.root / config.migrate.seeds).exists():
        return ()
    sources = read.sources(
        config.root, config.migrate.seeds, outside=config.outside_folders
    )
    return tuple(sorted(sources, key=lambda source: _by_number(source.path)))


def _by_number(path: str) -> tuple[tuple[str, int, str], ...]:
    """Return a key that sorts paths by the numbers in their names: 2_b.sql before 10_a.sql."""
    parts = re.findall(r"([^0-9]*)([0-9]*)", path)
    return tuple((text, int(number[:4000] or 0), number) for text, number in parts)


def up(
    config: Config,
    target_: MigrationTarget,
    *,
    schema: str | None = None,
    to: int | None = None,
    allow_out_of_order: bool = False,
    ignore_missing: bool = False,
    resume: migrate.Resume | None = None,
    progress: Callable[[migrate.MigrationRun], None] = lambda _: None,
) -> tuple[migrate.MigrationRun, ...]:
    """Apply the project's pending migrations, as `migrate.up` does.

    In *schema*, the rest of the search path is the project's.
    """
    return migrate.up(
        _conninfo(config, target_, schema),
        fit_for_target(target_, migrations(config)),
        table=config.migrate.table,
        schema=schema,
        lock_timeout=config.migrate.lock_timeout,
        statement_lock_timeout=config.migrate.statement_lock_timeout,
        to=to,
        allow_out_of_order=allow_out_of_order,
        ignore_missing=ignore_missing,
        resume=resume,
        progress=progress,
    )


def down(
    config: Config,
    target_: MigrationTarget,
    *,
    schema: str | None = None,
    steps: int = 1,
    to: int | None = None,
    ignore_missing: bool = False,
    progress: Callable[[migrate.MigrationRun], None] = lambda _: None,
) -> tuple[migrate.MigrationRun, ...]:
    """Revert the project's last migrations, as `migrate.down` does."""
    return migrate.down(
        _conninfo(config, target_, schema),
        migrations(config),
        table=config.migrate.table,
        schema=schema,
        lock_timeout=config.migrate.lock_timeout,
        statement_lock_timeout=config.migrate.statement_lock_timeout,
        steps=steps,
        to=to,
        ignore_missing=ignore_missing,
        progress=progress,
    )


def dry_run(
    config: Config,
    target_: MigrationTarget,
    *,
    schema: str | None = None,
    to: int | None = None,
    allow_out_of_order: bool = False,
    ignore_missing: bool = False,
) -> migrate.MigrationPlan:
    """Return what `up` would do, as `migrate.dry_run` does."""
    return migrate.dry_run(
        target_.conninfo,
        migrations(config),
        table=config.migrate.table,
        schema=schema,
        to=to,
        allow_out_of_order=allow_out_of_order,
        ignore_missing=ignore_missing,
    )


def _conninfo(config: Config, target_: MigrationTarget, schema: str | None) -> str:
    """Return the connection string; for a *schema*, with exactly the project's search path."""
    if schema is None:
        return target_.conninfo
    return _with_search_path(config, target_.conninfo)


def fit_for_target(
    target_: MigrationTarget, migrations_: tuple[Migration, ...]
) -> tuple[Migration, ...]:
    """Return the migrations as they run in a database of sqlgen's own; in any other, as they are.

    On the embedded server, ICU's collations are replaced if it has no ICU, and dumps have no owners and
    privileges. On a given one, what others would notice is left out of tests.
    """
    if not target_.embedded:
        server = target_.test_server
        return _fit_for_scratch(server, migrations_) if server else migrations_
    with psycopg.connect(target_.conninfo, autocommit=True) as connection:
        return fit_for_embedded(connection, migrations_)


def collation_warning(
    config: Config, server: database.Server, fixtures: Sequence[str] = ()
) -> str:
    """Return what is not as in production in databases on *server*, `""` if all is.

    It is that of the SQL files *fixtures*, or of the migrations without any.
    """
    if fixtures:
        texts = [
            read.source(config.root, path, outside=config.outside_folders).text
            for path in fixtures
        ]
    else:
        texts = [migration.up.text for migration in migrations(config)]
    if not any("icu" in text.lower() or '"unicode"' in text for text in texts):
        return ""
    with database.maintenance_connection(server) as connection:
        return collations.collation_warning(connection, texts)


def _fit_for_scratch(
    server: database.Server,
    migrations_: tuple[Migration, ...],
    note: Callable[[Diagnostic], None] = lambda _: None,
) -> tuple[Migration, ...]:
    """Return the migrations as they may run in a scratch database of *server*, as `fit_for_server` does."""
    make_roles = None if server.embedded else database.make_roles
    with database.maintenance_connection(server) as connection:
        return fit_for_server(connection, migrations_, make_roles, note)


def seed(config: Config, target_: MigrationTarget) -> tuple[str, ...]:
    """Run the project's seeds in one transaction, and return their paths."""
    sources = seeds(config)
    run_files(target_.conninfo, sources, embedded=target_.embedded)
    return tuple(source.path for source in sources)


def run_files(conninfo: str, sources: Sequence[SourceFile], *, embedded: bool) -> None:
    """Run seeds or fixtures in one transaction, fit for a server of sqlgen's own if it is *embedded*."""
    if embedded:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            sources = fit_files_for_embedded(connection, sources)
    migrate.seed(conninfo, sources)


def verify(
    config: Config,
    *,
    with_seeds: bool,
    further: Callable[[database.Server], tuple[Diagnostic, ...]] = lambda _: (),
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Diagnostic, ...]:
    """Return the warnings about the migrations, and an error for each incomplete down file.

    *further* finds more on the server that the migrations run on. Raises `SqlgenError` if a script fails, and
    `ServerUnavailableError` if there is no server.
    """
    migrations_ = migrations(config)
    read.check_output(config)
    generated = read.generated(config.root, config.output)
    warnings = lint.lint(migrations_, lockfile.column_users(config, generated))
    notes: list[Diagnostic] = []
    try:
        with database.server(
            config.server, extensions=extensions_folder(config), progress=progress
        ) as server:
            with database.scratch(server, search_path=config.search_path) as connection:
                progress(f"verifying {len(migrations_)} migrations")
                mismatches = migrate.verify(
                    connection,
                    _fit_for_scratch(server, migrations_, notes.append),
                    seeds(config) if with_seeds else (),
                )
            notes += further(server)
    except SqlgenError as error:
        if type(error) is SqlgenError:
            raise SqlgenError(*warnings, *error.diagnostics) from None
        raise
    errors = map(migrate.diagnose_mismatch, mismatches)
    return *warnings, *notes, *(error for error in errors if error)


def squash(
    config: Config, to: int, *, progress: Callable[[str], None] = lambda _: None
) -> tuple[migrate.Squash, tuple[Change, ...]]:
    """Return the squash of the migrations up to version *to*, and the changes of files to make.

    Raises `SqlgenError` if they cannot be squashed.
    """
    if config.migrate.schemas:
        raise SqlgenError(
            Diagnostic(
                code="squash-refused",
                message="the names in a dump have their schema, so that it fits none of `schemas`",
                label=None,
                hint="write the squashed migration by hand",
            )
        )
    with database.server(
        config.server, extensions=extensions_folder(config), progress=progress
    ) as server:
        progress(f"squashing the migrations up to {to}")
        squashed = migrate.squash(
            migrations(config),
            to,
            lambda: database.scratch(server, search_path=config.search_path),
            lambda connection: database.dump(
                make_conninfo(server.conninfo, dbname=connection.info.dbname),
                ("--inserts", "--no-owner", "--no-tablespaces"),
            ),
            lambda fitting: _fit_for_scratch(server, fitting),
        )
    created = Change(squashed.path, None, squashed.text)
    # The texts of sources have no byte order mark; the files may.
    deleted = [
        Change(file.path, (config.root / file.path).read_bytes().decode(), None)
        for migration in squashed.migrations
        for file in (migration.up, migration.down)
        if file is not None
    ]
    return squashed, (created, *deleted)


def on_search_path(config: Config, conninfo: str) -> str:
    """Return the connection string, which sets the project's search path unless it is the default."""
    if config.search_path == Config(root=config.root).search_path:
        return conninfo
    return _with_search_path(config, conninfo)


def _with_search_path(config: Config, conninfo: str) -> str:
    path = {"search_path": quoted_search_path(config.search_path)}
    return make_conninfo(conninfo, options=database.session_options(conninfo, path))


def short_name(migration: Migration) -> str:
    """Return the up file's name without its ending: `0004_create_patients`."""
    name = PurePosixPath(migration.up.path).name
    return name.removesuffix(".sql").removesuffix(".up")


def extensions_folder(config: Config) -> Path | None:
    """Return the folder of the project's extension shims; `None` if it has none."""
    return config.root / config.extensions if config.extensions else None
