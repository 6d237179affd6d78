"""The one page where the stages meet: analyse, plan, build."""

import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from . import cache, lock, parse, read, write
from .model.config import ArrayElements, Config
from .model.diagnostic import (
    ConfigurationError,
    Diagnostic,
    Label,
    SqlgenError,
    attempt,
    each,
)
from .model.output import GeneratedFile, Plan
from .model.python import Module, PythonFile
from .model.query import Query, QueryFile
from .model.source import SourceFile, Span
from .model.typed import TypedQuery

# Stages that are only needed where something has changed are imported there: they take longer to
# import than it takes to find out that nothing has.
if TYPE_CHECKING:
    from .facts import Servers
    from .translate import Annotations

Progress = Callable[[str], None]
"""Is told the step that begins, in the words of a person."""


def quiet(step: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All files that a project's generated code is made of."""

    migrations: tuple[SourceFile, ...]
    queries: tuple[SourceFile, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Those of the query files."""
        return tuple(source.path for source in self.queries)


@dataclass(frozen=True, slots=True)
class Analysis:
    """All queries of a project, file by file, and what is wrong with those left out.

    `migrations` are the up scripts in their order.
    """

    migrations: tuple[SourceFile, ...]
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
    annotations: "Annotations"


def build(
    config: Config,
    *,
    only: Sequence[Path] = (),
    progress: Progress = quiet,
    servers: "Servers | None" = None,
) -> Plan:
    """Bring the generated package up to date and say what was changed.

    Raises `SqlgenError` if anything is wrong; then no file has changed.
    """
    plan_ = plan(config, only=only, progress=progress, servers=servers)
    write.apply(config.root, plan_.changes)
    return plan_


def plan(
    config: Config,
    *,
    only: Sequence[Path] = (),
    progress: Progress = quiet,
    servers: "Servers | None" = None,
) -> Plan:
    """What a build would change, of the query files *only* if there are any.

    *servers* lends the server, where it is to be kept for the next time. Raises `SqlgenError` with
    all that is wrong in those files. The mistakes of others matter only where a module changes that
    all share.
    """
    progress("reading queries")
    sources, store = project(config), cache.store()
    before = read.generated(config.root, config.output)
    wanted = selection(config, sources.paths, only)
    key = finished_key(config, sources)
    warnings = finished(store, key, before)
    if warnings is not None:
        return Plan((), split(warnings, wanted)[0])
    analysis = analyse(config, sources, store, progress=progress, servers=servers)
    errors, elsewhere = split(analysis.diagnostics, wanted)
    if errors:
        raise SqlgenError(*errors)
    progress("writing Python")
    files = generated(config, analysis)
    changes = write.changes(before, list(files))
    if only:
        paths = {file.path for file, origin in files.items() if origin in wanted}
        shared = {file.path for file, origin in files.items() if not origin}
        if elsewhere:
            shared.discard(lock.schema_path(config))
        if elsewhere and any(change.path in shared for change in changes):
            raise SqlgenError(*elsewhere)
        changes = tuple(c for c in changes if c.path in paths | shared)
    write.verify(changes)
    if not analysis.diagnostics:
        finish(store, key, files, analysis.warnings)
    return Plan(changes, split(analysis.warnings, wanted)[0])


def check_offline(config: Config, *, progress: Progress = quiet) -> Plan:
    """What a build would change if PostgreSQL still says what the lock has recorded of it.

    Needs no server. Raises `SqlgenError` where the lock is not that of these files.
    """
    progress("reading queries")
    sources = project(config)
    before = read.generated(config.root, config.output)
    migrations = tuple(m.up for m in parse.migrations(sources.migrations))
    parsed = each(parse.query_file, sources.queries)
    locked = lock.load(config, migrations, parsed, before)
    if locked.stale:
        raise SqlgenError(*locked.stale)
    progress("writing Python")
    files = generated(config, Analysis(migrations, locked.files, ()))
    return Plan(write.changes(before, list(files)), ())


def describe_queries(
    config: Config, *, progress: Progress = quiet
) -> tuple[tuple[Described, ...], tuple[Diagnostic, ...]]:
    """All queries that can be analysed, in the files' order, and what is wrong elsewhere.

    Raises `SqlgenError` if there is no schema to analyse against.
    """
    from . import translate

    analysis = analyse(config, project(config), cache.store(), progress=progress)
    queries = [query for _, typed in analysis.files for query in typed]
    shown = translate.annotations(queries, config)
    return tuple(map(Described, queries, shown)), analysis.diagnostics


def project(config: Config) -> Sources:
    """The project's files; raises `SqlgenError` if one cannot be read."""
    queries = read.sources(config.root, config.queries)
    return Sources(read.sources(config.root, config.migrations), queries)


def analyse(
    config: Config,
    sources: Sources,
    store: cache.Store,
    *,
    progress: Progress = quiet,
    servers: "Servers | None" = None,
) -> Analysis:
    """Find the type and the nullability of everything in the project's queries.

    What the store knows of them is not asked again; if that is everything, no server is started.
    Raises `SqlgenError` if there is no schema to analyse against: a migration fails, or no server
    can be had.
    """
    files, unparsed = attempt(parse.query_file, sources.queries)
    migrations = parse.migrations(sources.migrations)
    scripts = tuple(migration.up for migration in migrations)
    chain = cache.chain(scripts, config)
    key = cache.schema(chain, cache.embedded(config), config)
    known = remembered(store, key, files) if cache.embedded(config) else None
    undescribed: tuple[Diagnostic, ...] = ()
    untyped: tuple[Diagnostic, ...] = ()
    if known is None or any(missing(file, known) for file in files):
        from . import facts, infer

        with servers or facts.Servers() as lent:
            server = lent.get(config, progress)
            if not cache.embedded(config):
                key = cache.schema(chain, facts.identity(server), config)
            known = remembered(store, key, files) or {}
            new = [query for file in files for query in missing(file, known)]
            described, undescribed = facts.ask(
                server, config, migrations, new, store, progress
            )
        progress("inferring nullability")
        decide = partial(
            infer.query,
            never_null=config.never_null,
            nullable_elements=config.array_elements is ArrayElements.NULLABLE,
        )
        typed, untyped = attempt(lambda fact: decide(*fact), described)
        changed = [file for file in files if missing(file, known)]
        known |= {id(one.query): one for one in typed}
        remember(store, key, changed, known)
    return Analysis(
        migrations=scripts,
        files=tuple((file, gathered(file, known)) for file in files),
        diagnostics=in_order(unparsed + undescribed + untyped),
    )


def generated(config: Config, analysis: Analysis) -> dict[GeneratedFile, str]:
    """The files of the package and of the lock, each with the query file that it comes from."""
    from . import render, translate

    modules = translate.package(analysis.files, config)
    files = zip(each(render.module, modules), map(source, modules), strict=True)
    return dict(files) | lock.files(config, analysis.migrations, analysis.files)


# --- what is known from before -----------------------------------------------------------------


def remembered(
    store: cache.Store, schema: str, files: Sequence[QueryFile]
) -> dict[int, TypedQuery] | None:
    """The known analyses by `id` of the query; None if nothing is known of the schema itself."""
    if store.get(schema) is None:
        return None
    found: dict[int, TypedQuery] = {}
    for file in files:
        if kept := store.get(cache.query_file(schema, file.source.path)):
            found |= lock.unpack(kept, file.queries)
    return found


def remember(
    store: cache.Store,
    schema: str,
    files: Sequence[QueryFile],
    known: Mapping[int, TypedQuery],
) -> None:
    """Keep the analyses of the *files*' queries, and that there is no mistake in the schema."""
    for file in files if store else ():
        path = cache.query_file(schema, file.source.path)
        store.put(path, lock.pack(gathered(file, known)))
    store.put(schema, b"migrated")


def missing(file: QueryFile, known: Mapping[int, TypedQuery]) -> list[Query]:
    """The queries of a file of which nothing is known."""
    return [query for query in file.queries if id(query) not in known]


def finished_key(config: Config, sources: Sources) -> str:
    """Under what a finished build is kept; empty where only the server could tell."""
    server = cache.embedded(config)
    groups = (sources.migrations, sources.queries)
    return cache.project(config, server, groups) if server else ""


def finished(
    store: cache.Store, key: str, before: Mapping[str, str]
) -> tuple[Diagnostic, ...] | None:
    """The warnings of a build before of just these files, if what it made is still there."""
    kept = store.get(key) if key else None
    if kept is None:
        return None
    digests, warnings = pickle.loads(kept)  # whole, and in the user's own folder
    return warnings if write.is_current(before, digests) else None


def finish(
    store: cache.Store,
    key: str,
    files: Mapping[GeneratedFile, str],
    warnings: Sequence[Diagnostic],
) -> None:
    """Keep what a build has made."""
    if store and key:
        digests = {file.path: write.digest(file.text) for file in files}
        store.put(key, pickle.dumps((digests, tuple(warnings))))


def gathered(
    file: QueryFile, known: Mapping[int, TypedQuery]
) -> tuple[TypedQuery, ...]:
    """The typed queries of a file, in its order."""
    return tuple(known[id(q)] for q in file.queries if id(q) in known)


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
