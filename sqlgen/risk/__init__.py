"""Migrations -> what PostgreSQL does for them that keeps queries waiting, measured on a scratch database."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from .. import database, lint, migrate, parse, read
from ..model.config import Config
from ..model.diagnostic import each
from ..model.migration import Migration
from ..model.progress import Progress, no_progress
from ..model.query import Query
from ..model.source import SourceFile
from .diagnostics import diagnose
from .findings import BlockedRelation, RiskCode, RiskFinding
from .judgement import findings
from .measurement import measure
from .query_locks import QueryLocks, query_locks, waiting_queries
from .relations import Connection
from .remedies import remedy
from .selection import named, since_revision

__all__ = [
    "BlockedRelation",
    "RiskCode",
    "RiskFinding",
    "diagnose",
    "named",
    "queries_of",
    "remedy",
    "risks",
    "since_revision",
]


def risks(
    server: database.Server,
    config: Config,
    migrations: Sequence[Migration],
    selected: Collection[Migration],
    queries: Sequence[Query] = (),
    *,
    down: bool = False,
    progress: Progress = no_progress,
) -> tuple[RiskFinding, ...]:
    """Return the findings about the *selected* migrations, without those that a file allows.

    All *migrations* run on a scratch database of *server*, in their order. With *down*, they are then reverted
    as `migrate down` would, the last one first, and the down files of those that are *selected* are measured
    too. It ends at one without a down file. The *queries* are those that may wait. Raises `SqlgenError` if a
    migration fails.
    """
    if not selected:
        return ()
    make_roles = None if server.embedded else database.make_roles
    with database.maintenance_connection(server) as maintenance:
        fitted = migrate.fit_for_server(maintenance, migrations, make_roles)
    versions = {migration.version for migration in selected}
    found: list[RiskFinding] = []
    with database.scratch(server, search_path=config.search_path) as connection:
        for migration, ours in zip(migrations, fitted, strict=True):
            if migration.version not in versions:
                progress(f"migrating to {migration.version}")
                migrate.execute(connection, ours)
                continue
            progress(f"measuring {migration.up.path}")
            found += _measured(
                connection, config, migration.up, ours.up, ours.transactional
            )
        locks: QueryLocks = {}
        if queries and (found or down):
            # Before anything is reverted: the queries are those of the last migration.
            progress("asking PostgreSQL which queries wait")
            locks = query_locks(connection, queries)
        pairs = reversed(tuple(zip(migrations, fitted, strict=True)))
        for migration, ours in pairs if down else ():
            if migration.version < min(versions) or not (migration.down and ours.down):
                break
            if migration.version not in versions:
                migrate.execute_down(connection, ours)
                continue
            progress(f"measuring {migration.down.path}")
            transactional = not ours.down.text.startswith("-- no-transaction")
            found += _measured(
                connection, config, migration.down, ours.down, transactional
            )
    return tuple([replace(f, queries=waiting_queries(f, locks)) for f in found])


def _measured(
    connection: Connection,
    config: Config,
    source: SourceFile,
    fitted: SourceFile,
    transactional: bool,
) -> list[RiskFinding]:
    """Run a file, as it is *fitted* for the server, and return the findings that it does not allow."""
    allowed = lint.allowed(source)
    gives_way = transactional and bool(config.migrate.statement_lock_timeout)
    if gives_way:  # it waits for no second lock for long
        allowed |= {RiskCode.SEVERAL_LOCKS}
    measured = measure(connection, fitted, transactional=transactional)
    return [
        replace(finding, gives_way=gives_way)
        for finding in findings(source, measured)
        if finding.code not in allowed
    ]


def queries_of(config: Config) -> tuple[Query, ...]:
    """Return the project's queries; none if it has no folder of them.

    Raises `SqlgenError` for all errors in their files.
    """
    if not (config.root / config.queries).is_dir():
        return ()
    files = each(parse.query_file, read.queries(config))
    return tuple([query for file in files for query in file.queries])
