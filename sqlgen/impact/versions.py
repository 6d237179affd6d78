"""A project's queries -> their analyses, on its own schema and on that of another revision."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from .. import cache, infer, parse
from ..build.analysis.analyzer import batches
from ..build.analysis.database_analyzer import DatabaseAnalyzer
from ..build.server.growing_schema import GrowingSchema, growing_schema
from ..build.server.schema_session import SchemaSession
from ..build.server.server_pool import ServerPool
from ..model.config import Config
from ..model.definitions import ObjectName
from ..model.description import Description
from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.frozen import frozen
from ..model.identifiers import unquoted
from ..model.migration import Migration
from ..model.progress import Progress
from ..model.query import NO_ROLE, Query
from ..model.typed import TypedQuery
from .dependencies import Dependencies, Dependency
from .project import Project
from .schema import Schema
from .sent_queries import sent_queries, without_defaults


@frozen
class Analysis:
    """The analysis of a query in one schema, and the objects that it depends on.

    `refusals` are the errors in calls that leave a value to its DEFAULT. Others run.
    """

    typed: TypedQuery
    dependencies: Mapping[ObjectName, Dependency]
    refusals: tuple[Diagnostic, ...] = ()


Outcome = Analysis | tuple[Diagnostic, ...]
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

    def only(self, places: Sequence[int]) -> "Version":
        """Return it with these of its queries."""
        return replace(
            self,
            typed=tuple([self.typed[place] for place in places]),
            sent=tuple([self.sent[place] for place in places]),
            outcomes=tuple([self.outcomes[place] for place in places]),
        )


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
            typed, errors = analyzer.typed(queries)
            if errors:
                raise SqlgenError(*errors)
            sent = sent_queries(typed, config)
            schema, outcomes = analyses_of(analyzer, sent, config)
        return Version(config, schema, typed, sent, outcomes)

    def on_schema(
        self, version: Version, scripts: Sequence[Migration]
    ) -> tuple[Schema, tuple[Outcome, ...]]:
        """Return the schema that *scripts* make, and the analyses of what a version sends on it."""
        with self._open(version.config, scripts) as analyzer:
            return analyses_of(analyzer, version.sent, version.config)

    def in_session(
        self, version: Version, session: SchemaSession
    ) -> tuple[Schema, tuple[Outcome, ...]]:
        """Return the schema of a session, and the analyses of what a version sends on it."""
        config, store = version.config, self._store
        with DatabaseAnalyzer(
            config, (), store, self._progress, self._pool, session=session
        ) as analyzer:
            return analyses_of(analyzer, version.sent, config)

    @contextmanager
    def growing(
        self, config: Config, scripts: Sequence[Migration]
    ) -> Iterator[GrowingSchema]:
        """Lend a database for the scripts, which run one by one."""
        server = self._pool.acquire(config, self._progress)
        with growing_schema(server, config, scripts) as schema:
            yield schema

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


def analyses_of(
    analyzer: DatabaseAnalyzer, queries: Sequence[Query], config: Config
) -> tuple[Schema, tuple[Outcome, ...]]:
    """Return the analyzer's schema, and the analyses of the queries on it, in their order."""
    session = analyzer.session()
    schema = Schema(session.catalog, session.definitions())
    dependencies = Dependencies(schema.definitions)

    def analysed(query: Query, description: Description | Diagnostic) -> Outcome:
        if isinstance(description, Diagnostic):
            return (description,)
        typed, errors = analyzer.infer([description])
        if not typed:
            return errors
        uses, role = infer.object_uses(description), _role(query, config)
        return Analysis(typed[0], dependencies.of(uses, query.sql.text, role))

    outcomes: list[Outcome] = []
    for query, description in _described(session, queries):
        outcome = analysed(query, description)
        if isinstance(outcome, tuple) and all(d.code == "no-default" for d in outcome):
            given = without_defaults(query)
            rest = analysed(given, session.describe_each([given])[0])
            if not isinstance(rest, tuple):
                outcome = replace(rest, refusals=outcome)
        outcomes.append(outcome)
    return schema, tuple(outcomes)


def _described(
    session: SchemaSession, queries: Sequence[Query]
) -> Iterator[tuple[Query, Description | Diagnostic]]:
    """Yield each query beside what the server says of it, with the trees of a few at a time."""
    for batch in batches(queries):
        yield from zip(batch, session.describe_each(batch), strict=True)


def _role(query: Query, config: Config) -> str:
    """Return the role that runs the query, empty if none is named."""
    name = unquoted(query.role.text) if query.role else config.role
    return "" if name == NO_ROLE else name or ""
