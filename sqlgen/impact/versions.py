"""A project's queries -> their analyses, on its own schema and on that of another revision."""

from collections.abc import Sequence

from .. import cache, parse
from ..build.analysis.database_analyzer import DatabaseAnalyzer
from ..build.server.server_pool import ServerPool
from ..model.config import Config
from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.frozen import frozen
from ..model.migration import Migration
from ..model.progress import Progress
from ..model.query import Query
from ..model.typed import TypedQuery
from .project import Project
from .schema import Schema
from .sent_queries import sent_queries

Outcome = TypedQuery | tuple[Diagnostic, ...]
"""The analysis of a query, or the errors in it."""


@frozen
class Version:
    """A revision's code on its own schema.

    `typed` are its analysed queries, `sent` the queries with the statements that are sent for them, and
    `outcomes` the analyses of these.
    """

    config: Config
    schema: Schema
    typed: tuple[TypedQuery, ...]
    sent: tuple[Query, ...]
    outcomes: tuple[Outcome, ...]


class Analyses:
    """Analyses of queries on the schemas of several revisions, on one server.

    One schema is open at a time, since a database is copied for the next one.
    """

    def __init__(
        self, pool: ServerPool, store: cache.Store, progress: Progress
    ) -> None:
        self._pool, self._store, self._progress = pool, store, progress

    def version(self, project: Project) -> Version:
        """Analyse a project's queries, and what is sent for them, on its own schema.

        Raises `SqlgenError` with all errors in them.
        """
        config = project.config
        with self._open(config, project.scripts) as analyzer:
            queries = (*project.queries, *function_queries(analyzer, config))
            descriptions, refusals = analyzer.describe(queries)
            typed, errors = analyzer.infer(descriptions)
            if problems := (*refusals, *errors):
                raise SqlgenError(*problems)
            sent = sent_queries(typed, config)
            outcomes = _outcomes(analyzer, sent)
            schema = Schema(analyzer.session().catalog)
        return Version(config, schema, typed, sent, outcomes)

    def on_schema(
        self, version: Version, scripts: Sequence[Migration]
    ) -> tuple[Schema, tuple[Outcome, ...]]:
        """Return the schema that *scripts* make, and the analyses of what a version sends on it."""
        with self._open(version.config, scripts) as analyzer:
            outcomes = _outcomes(analyzer, version.sent)
            return Schema(analyzer.session().catalog), outcomes

    def _open(self, config: Config, scripts: Sequence[Migration]) -> DatabaseAnalyzer:
        return DatabaseAnalyzer(
            config, scripts, self._store, self._progress, self._pool
        )


def function_queries(analyzer: DatabaseAnalyzer, config: Config) -> tuple[Query, ...]:
    """Return the queries that call the database's functions which the configuration names."""
    if not config.typed_functions:
        return ()
    routines = analyzer.typed_routines().routines
    files = map(parse.query_file, parse.routine_files(routines, config.queries))
    return tuple([query for file in files for query in file.queries])


def _outcomes(
    analyzer: DatabaseAnalyzer, queries: Sequence[Query]
) -> tuple[Outcome, ...]:
    """Return the analyses of the queries, in their order."""
    descriptions, _ = analyzer.describe(queries)
    by_query = {id(description.query): description for description in descriptions}
    outcomes: list[Outcome] = []
    for query in queries:
        description = by_query.get(id(query))
        if description is None:
            _, refusals = analyzer.describe([query])  # once more, for its own errors
            outcomes.append(refusals)
            continue
        typed, errors = analyzer.infer([description])
        outcomes.append(typed[0] if typed else errors)
    return tuple(outcomes)
