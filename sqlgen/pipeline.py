"""The one page where the stages meet: analyse, plan, build."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import (
    database,
    describe,
    infer,
    migrate,
    parse,
    read,
    render,
    translate,
    write,
)
from .model.catalog import Catalog
from .model.config import Config
from .model.description import Description
from .model.diagnostic import Diagnostic, Label, SqlgenError, attempt, each
from .model.output import Plan
from .model.query import Query, QueryFile
from .model.source import SourceFile, Span
from .model.typed import TypedQuery

Progress = Callable[[str], None]
"""Is told the step that begins, in the words of a person."""


def quiet(step: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """All queries of a project, file by file, and what is wrong with those left out."""

    files: tuple[tuple[QueryFile, tuple[TypedQuery, ...]], ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What there is to say about the good queries."""
        return tuple(w for _, typed in self.files for q in typed for w in q.warnings)


def build(
    config: Config, *, only: Sequence[Path] = (), progress: Progress = quiet
) -> Plan:
    """Bring the generated package up to date and say what was changed.

    Raises `SqlgenError` if anything is wrong; then no file has changed.
    """
    plan_ = plan(config, only=only, progress=progress)
    write.apply(config.root, plan_.changes)
    return plan_


def plan(
    config: Config, *, only: Sequence[Path] = (), progress: Progress = quiet
) -> Plan:
    """What a build would change, of the query files *only* if there are any.

    Raises `SqlgenError` with all that is wrong.
    """
    analysis = analyse(config, progress=progress)
    if analysis.diagnostics:
        raise SqlgenError(*analysis.diagnostics)
    progress("writing Python")
    files = each(render.module, translate.package(analysis.files, config))
    before = read.generated(config.root, config.output)
    return Plan(write.changes(before, files), analysis.warnings)


def analyse(config: Config, *, progress: Progress = quiet) -> Analysis:
    """Find the type and the nullability of everything in the project's queries.

    Raises `SqlgenError` if there is no schema to analyse against: a migration fails, or
    no server can be had.
    """
    progress("reading queries")
    sources = read.sources(config.root, config.queries)
    files, unparsed = attempt(parse.query_file, sources)
    queries = [query for file in files for query in file.queries]
    described, undescribed = facts(config, queries, progress)
    progress("inferring nullability")
    typed, untyped = attempt(lambda fact: infer.query(*fact), described)
    return Analysis(gathered(files, typed), unparsed + undescribed + untyped)


def facts(
    config: Config, queries: Sequence[Query], progress: Progress
) -> tuple[list[tuple[Description, Catalog]], tuple[Diagnostic, ...]]:
    """What the server says of each query beside its catalog, and what it refuses."""
    with schema(config, progress) as connection:
        progress("asking PostgreSQL")
        catalog = describe.catalog(connection)
        outcomes = describe.queries(connection, catalog, queries)
    good = [(o, catalog) for o in outcomes if isinstance(o, Description)]
    return good, tuple(o for o in outcomes if isinstance(o, Diagnostic))


@contextmanager
def schema(config: Config, progress: Progress) -> Iterator["Connection[TupleRow]"]:
    """Lend a connection to a scratch database that has all migrations applied.

    Raises `SqlgenError` if a migration fails and `ServerUnavailableError` if there is
    no server.
    """
    sources = read.sources(config.root, config.migrations)
    migrations = parse.migrations(sources)
    extensions = config.root / config.extensions if config.extensions else None
    progress("starting PostgreSQL")
    with (
        database.server(config.server, extensions=extensions) as server,
        database.scratch(server) as connection,
    ):
        for migration in migrations:
            progress(f"migrating to {migration.version}")
            migrate.execute(connection, migration)
        database.settle(connection, config.search_path)
        yield connection


def gathered(
    files: Sequence[QueryFile], typed: Sequence[TypedQuery]
) -> tuple[tuple[QueryFile, tuple[TypedQuery, ...]], ...]:
    """The typed queries back with their files, in the files' order."""
    found = {id(t.query): t for t in typed}
    return tuple(
        (file, tuple(found[id(q)] for q in file.queries if id(q) in found))
        for file in files
    )


def stale(plan_: Plan) -> tuple[Diagnostic, ...]:
    """What `check` says of each file that a build would change."""
    return tuple(
        Diagnostic(
            code="stale",
            message=f"`{change.path}` is not what the queries and migrations make",
            label=Label(Span(SourceFile(change.path, change.before or ""), 0, 0)),
            hint="run `sqlgen build` and commit the result",
        )
        for change in plan_.changes
    )
