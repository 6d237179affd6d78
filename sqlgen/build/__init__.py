"""The one page where the stages meet: analyse, plan, build."""

import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import cache, read, write
from ..model.config import Config, UnknownName
from ..model.diagnostic import (
    ConfigurationError,
    Diagnostic,
    Label,
    Severity,
    SqlgenError,
)
from ..model.frozen import frozen
from ..model.output import Plan
from ..model.source import ProjectSources, SourceFile, Span

# Stages that are only needed where something has changed are imported there: they take longer to
# import than it takes to find out that nothing has.
if TYPE_CHECKING:
    from ..model.migration import Migration
    from ..model.typed import TypedQuery
    from ..translate import Annotations
    from .package import Package
    from .server_pool import Servers

Progress = Callable[[str], None]
"""Is told the step that begins, in the words of a person."""


def quiet(step: str) -> None:
    """Progress that nobody watches."""


@frozen
class Described:
    """A query beside the Python types that its function shows."""

    query: "TypedQuery"
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
    sources, store = project(config), cache.open_store()
    before = read.generated(config.root, config.output)
    disk = write.digests(before)
    wanted = selection(config, sources.paths, only)
    key = finished_key(config, sources)
    known = finished(store, key, before, disk)
    if known is not None:
        return Plan((), said(config, *known, wanted))
    from .. import parse
    from .database_analyzer import Analyst
    from .package import package
    from .tasks import Job

    migrations = parse.migrations(sources.migrations)
    with Analyst(config, migrations, store, progress, servers) as analyst:
        job = Job(
            config=config,
            sources=sources.queries,
            templates=sources.templates,
            migrations=[migration.up for migration in migrations],
            disk=disk,
            wanted=wanted,
            analyses=analyst,
        )
        made = package(job, progress)
        names = analyst.unknown_names()
    changes = write.changes(before, made.files, made.kept)
    if only:
        paths = {file.path for file, origin in made.files.items() if origin in wanted}
        shared = {file.path for file, origin in made.files.items() if not origin}
        if made.wrong:
            shared -= {file.path for file in made.files if write.is_lockfile(file)}
        if made.wrong and any(change.path in shared for change in changes):
            raise SqlgenError(*made.wrong)
        changes = tuple(c for c in changes if c.path in paths | shared)
    if not made.wrong:
        finish(store, key, made, names)
    said_ = said(config, made.warnings, names, wanted)
    return Plan(changes, said_, newest(migrations) if changes and not only else ())


def get_ready(config: Config, servers: "Servers") -> None:
    """Have the next build wait neither for the server nor for the stages to be imported.

    Raises `SqlgenError` where the server cannot be had, or a migration fails.
    """
    from .. import parse
    from .database_analyzer import Analyst
    from .package import package  # noqa: F401

    sources = read.sources(config.root, config.migrations)
    migrations = parse.migrations(sources)
    with Analyst(config, migrations, cache.open_store(), quiet, servers) as analyst:
        analyst.get_ready()


def check_offline(config: Config, *, progress: Progress = quiet) -> Plan:
    """What a build would change if PostgreSQL still says what the lock has recorded of it.

    Needs no server. Raises `SqlgenError` where the lock is not that of these files.
    """
    progress("reading queries")
    sources = project(config)
    before = read.generated(config.root, config.output)
    from .. import parse
    from .lockfile_analyzer import Locked
    from .package import package
    from .tasks import Job

    migrations = parse.migrations(sources.migrations)
    job = Job(
        config=config,
        sources=sources.queries,
        templates=sources.templates,
        migrations=[migration.up for migration in migrations],
        disk=write.digests(before),
        wanted=frozenset((*sources.paths, *(m.up.path for m in migrations))),
        analyses=Locked(config, migrations, before),
    )
    made = package(job, progress)
    return Plan(write.changes(before, made.files, made.kept), ())


def describe_queries(
    config: Config, *, progress: Progress = quiet
) -> tuple[tuple[Described, ...], tuple[Diagnostic, ...]]:
    """All queries that can be analysed, in the files' order, and what is wrong elsewhere.

    Raises `SqlgenError` if there is no schema to analyse against.
    """
    from .. import parse, translate
    from .database_analyzer import Analyst

    sources = project(config)
    migrations = parse.migrations(sources.migrations)
    with Analyst(config, migrations, cache.open_store(), progress) as analyst:
        analysed, wrong = analyst.analyse(sources.queries)
        wrong = analyst.explained(wrong)
    queries = [query for file in analysed for query in file.typed]
    shown = translate.annotations(queries, config)
    return tuple(map(Described, queries, shown)), wrong


def project(config: Config) -> ProjectSources:
    """The project's files; raises `SqlgenError` if one cannot be read."""
    return ProjectSources(
        migrations=read.sources(config.root, config.migrations),
        queries=read.sources(config.root, config.queries),
        templates=read.templates(config.root, config.templates),
    )


# --- what is known from before -----------------------------------------------------------------


def finished_key(config: Config, sources: ProjectSources) -> str:
    """Under what a finished build is kept; empty where only the server could tell."""
    server = cache.embedded_server(config)
    groups = (sources.migrations, sources.queries, sources.templates)
    return cache.project_key(config, server, groups) if server else ""


def finished(
    store: cache.Store,
    key: str,
    before: Mapping[str, bytes],
    disk: Mapping[str, bytes],
) -> tuple[tuple[Diagnostic, ...], tuple[UnknownName, ...]] | None:
    """What a build before of just these files had to say, if what it made is still there."""
    kept = store.get(key) if key else None
    if kept is None:
        return None
    digests, *said = pickle.loads(kept)  # whole, and in the user's own folder
    return tuple(said) if write.is_current(before, disk, digests) else None


def finish(
    store: cache.Store, key: str, made: "Package", names: Sequence[UnknownName]
) -> None:
    """Keep what a build has made and said.

    Names in the configuration are kept without their places, which are those of another day.
    """
    if store and key:
        digests = {file.path: write.digest(file.text) for file in made.files}
        kept = {**made.kept, **digests}
        store.put(key, pickle.dumps((kept, made.warnings, tuple(names))))


def newest(migrations: "Sequence[Migration]") -> tuple[Diagnostic, ...]:
    """Return the warnings about the newest migration, which is being written most likely.

    Raises `SqlgenError` for an unknown directive in it.
    """
    from .. import lint

    diagnostics = lint.lint_newest(migrations)
    if errors := [d for d in diagnostics if d.severity is Severity.ERROR]:
        raise SqlgenError(*errors)
    return diagnostics


def said(
    config: Config,
    warnings: Sequence[Diagnostic],
    names: Sequence[UnknownName],
    wanted: frozenset[str],
) -> tuple[Diagnostic, ...]:
    """The warnings of the *wanted* files, and those of the configuration."""
    return (
        *read.unknown_name_warnings(config.root, names),
        *(w for w in warnings if not w.label or w.label.span.source.path in wanted),
    )


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
