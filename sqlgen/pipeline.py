"""The one page where the stages meet: analyse, plan, build."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from psycopg import Connection
from psycopg.rows import TupleRow

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
from .model.config import ArrayElements, Config
from .model.description import Description
from .model.diagnostic import (
    ConfigurationError,
    Diagnostic,
    Label,
    SqlgenError,
    attempt,
    each,
)
from .model.output import Plan
from .model.python import Module, PythonFile
from .model.query import Query, QueryFile
from .model.source import SourceFile, Span
from .model.typed import TypedQuery

Progress = Callable[[str], None]
"""Is told the step that begins, in the words of a person."""


def quiet(step: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """All queries of a project, file by file, and what is wrong with those left out.

    `paths` are those of all query files, also of one that could not be parsed.
    """

    paths: tuple[str, ...]
    files: tuple[tuple[QueryFile, tuple[TypedQuery, ...]], ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What there is to say about the good queries."""
        return tuple(w for _, typed in self.files for q in typed for w in q.warnings)


@dataclass(frozen=True, slots=True)
class Described:
    """A query beside the Python types that its function shows."""

    query: TypedQuery
    annotations: translate.Annotations


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

    Raises `SqlgenError` with all that is wrong in those files. The mistakes of others
    matter only where a module changes that all share.
    """
    analysis = analyse(config, progress=progress)
    wanted = selection(config, analysis.paths, only)
    errors, elsewhere = split(analysis.diagnostics, wanted)
    if errors:
        raise SqlgenError(*errors)
    progress("writing Python")
    modules = translate.package(analysis.files, config)
    files = each(render.module, modules)
    changes = write.changes(read.generated(config.root, config.output), files)
    if only:
        paths = {m.path for m in modules if source(m) in wanted}
        shared = {m.path for m in modules if not source(m)}
        if elsewhere and any(change.path in shared for change in changes):
            raise SqlgenError(*elsewhere)
        changes = tuple(c for c in changes if c.path in paths | shared)
    return Plan(changes, split(analysis.warnings, wanted)[0])


def describe_queries(
    config: Config, *, progress: Progress = quiet
) -> tuple[tuple[Described, ...], tuple[Diagnostic, ...]]:
    """All queries that can be analysed, in the files' order, and what is wrong elsewhere.

    Raises `SqlgenError` if there is no schema to analyse against.
    """
    analysis = analyse(config, progress=progress)
    queries = [query for _, typed in analysis.files for query in typed]
    shown = translate.annotations(queries, config)
    return tuple(map(Described, queries, shown)), analysis.diagnostics


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
    decide = partial(
        infer.query,
        never_null=config.never_null,
        nullable_elements=config.array_elements is ArrayElements.NULLABLE,
    )
    typed, untyped = attempt(lambda fact: decide(*fact), described)
    return Analysis(
        paths=tuple(source.path for source in sources),
        files=gathered(files, typed),
        diagnostics=in_order(unparsed + undescribed + untyped),
    )


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
def schema(config: Config, progress: Progress) -> Iterator[Connection[TupleRow]]:
    """Lend a connection to a scratch database that has all migrations applied.

    Raises `SqlgenError` if a migration fails and `ServerUnavailableError` if there is
    no server.
    """
    sources = read.sources(config.root, config.migrations)
    migrations = parse.migrations(sources)
    extensions = config.root / config.extensions if config.extensions else None
    progress("starting PostgreSQL")
    with (
        database.server(
            config.server, extensions=extensions, progress=progress
        ) as server,
        database.scratch(server, search_path=config.search_path) as connection,
    ):
        for migration in migrations:
            progress(f"migrating to {migration.version}")
            migrate.execute(connection, migration)
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


def in_order(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics as somebody reads who goes through the files from top to bottom."""

    def place(diagnostic: Diagnostic) -> tuple[str, int]:
        span = diagnostic.label.span if diagnostic.label else None
        return (span.source.path, span.start) if span else ("", 0)

    return tuple(sorted(diagnostics, key=place))


def selection(
    config: Config, known: Sequence[str], only: Sequence[Path]
) -> frozenset[str]:
    """Those of the *known* query files that *only* names by file or folder; all if empty.

    Raises `ConfigurationError` for a path without query files.
    """
    if not only:
        return frozenset(known)
    found: set[str] = set()
    for path in only:
        inside = os.path.relpath(path.resolve(), config.root).replace(os.sep, "/")
        matching = [k for k in known if k == inside or k.startswith(f"{inside}/")]
        if not matching:
            raise ConfigurationError(
                Diagnostic(
                    code="no-such-query-file",
                    message=f"`{path}` is not a query file of this project",
                    label=None,
                    hint=f"name files or folders below `{config.queries}/`",
                )
            )
        found.update(matching)
    return frozenset(found)


def split(
    diagnostics: Sequence[Diagnostic], wanted: frozenset[str]
) -> tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]]:
    """The diagnostics about the *wanted* files (or about none), and those elsewhere."""
    here = tuple(
        d for d in diagnostics if not d.label or d.label.span.source.path in wanted
    )
    return here, tuple(d for d in diagnostics if d not in here)


def source(file: PythonFile) -> str:
    """The query file that a generated file comes from; empty for those that all share."""
    return file.source if isinstance(file, Module) else ""


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
