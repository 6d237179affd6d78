"""The one page where the stages meet: analyse, plan, build."""

import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import cache, read, write
from .elsewhere import can_help, elsewhere
from .model.config import Config, UnknownName
from .model.diagnostic import (
    ConfigurationError,
    Diagnostic,
    Label,
    SqlgenError,
    each,
)
from .model.output import GeneratedFile, Plan
from .model.source import SourceFile, Sources, Span

# Stages that are only needed where something has changed are imported there: they take longer to
# import than it takes to find out that nothing has.
if TYPE_CHECKING:
    from .analysis import Analysis
    from .facts import Servers
    from .model.python import PythonFile
    from .model.typed import TypedQuery
    from .translate import Annotations

Progress = Callable[[str], None]
"""Is told the step that begins, in the words of a person."""


def quiet(step: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
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
    sources, store = project(config), cache.store()
    before = read.generated(config.root, config.output)
    wanted = selection(config, sources.paths, only)
    key = finished_key(config, sources)
    known = finished(store, key, before)
    if known is not None:
        return Plan((), said(config, *known, wanted))
    analysis = analysed(config, sources, store, progress, servers)
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
            shared -= {file.path for file in files if write.is_lock(file)}
        if elsewhere and any(change.path in shared for change in changes):
            raise SqlgenError(*elsewhere)
        changes = tuple(c for c in changes if c.path in paths | shared)
    write.verify(changes)
    warnings, names = analysis.warnings, analysis.unknown_names
    if not analysis.diagnostics:
        finish(store, key, files, warnings, names)
    return Plan(changes, said(config, warnings, names, wanted))


def check_offline(config: Config, *, progress: Progress = quiet) -> Plan:
    """What a build would change if PostgreSQL still says what the lock has recorded of it.

    Needs no server. Raises `SqlgenError` where the lock is not that of these files.
    """
    progress("reading queries")
    sources = project(config)
    before = read.generated(config.root, config.output)
    from .analysis import locked

    analysis = locked(config, sources, before)
    progress("writing Python")
    return Plan(write.changes(before, list(generated(config, analysis))), ())


def describe_queries(
    config: Config, *, progress: Progress = quiet
) -> tuple[tuple[Described, ...], tuple[Diagnostic, ...]]:
    """All queries that can be analysed, in the files' order, and what is wrong elsewhere.

    Raises `SqlgenError` if there is no schema to analyse against.
    """
    from . import translate

    analysis = analysed(config, project(config), cache.store(), progress, None)
    queries = [query for _, typed in analysis.files for query in typed]
    shown = translate.annotations(queries, config)
    return tuple(map(Described, queries, shown)), analysis.diagnostics


def project(config: Config) -> Sources:
    """The project's files; raises `SqlgenError` if one cannot be read."""
    queries = read.sources(config.root, config.queries)
    return Sources(read.sources(config.root, config.migrations), queries)


def analysed(
    config: Config,
    sources: Sources,
    store: cache.Store,
    progress: Progress,
    servers: "Servers | None",
) -> "Analysis":
    """The project's queries with the type and the nullability of everything in them."""
    from .analysis import analyse

    return analyse(config, sources, store, progress=progress, servers=servers)


def generated(config: Config, analysis: "Analysis") -> dict[GeneratedFile, str]:
    """The files of the package and of the lock, each with the query file that it comes from."""
    from . import lock, render, translate

    def locks() -> dict[GeneratedFile, str]:
        return lock.files(config, analysis.migrations, analysis.files)

    if not can_help(sum(len(typed) for _, typed in analysis.files)):
        modules = translate.package(analysis.files, config)
        texts = each(render.module, modules)
        return dict(zip(texts, map(source, modules), strict=True)) | locks()
    locked = elsewhere(lambda: pickle.dumps(locks()))
    modules = translate.package(analysis.files, config)
    half = len(modules) // 2
    rest = elsewhere(lambda: pickle.dumps(each(render.module, modules[half:])))
    first, second = each(render.module, modules[:half]), rest()
    texts = first + (
        pickle.loads(second) if second else each(render.module, modules[half:])
    )
    found = locked()
    return dict(zip(texts, map(source, modules), strict=True)) | (
        pickle.loads(found) if found else locks()
    )


# --- what is known from before -----------------------------------------------------------------


def finished_key(config: Config, sources: Sources) -> str:
    """Under what a finished build is kept; empty where only the server could tell."""
    server = cache.embedded(config)
    groups = (sources.migrations, sources.queries)
    return cache.project(config, server, groups) if server else ""


def finished(
    store: cache.Store, key: str, before: Mapping[str, str]
) -> tuple[tuple[Diagnostic, ...], tuple[UnknownName, ...]] | None:
    """What a build before of just these files had to say, if what it made is still there."""
    kept = store.get(key) if key else None
    if kept is None:
        return None
    digests, *said = pickle.loads(kept)  # whole, and in the user's own folder
    return tuple(said) if write.is_current(before, digests) else None


def finish(
    store: cache.Store,
    key: str,
    files: Mapping[GeneratedFile, str],
    warnings: Sequence[Diagnostic],
    names: Sequence[UnknownName],
) -> None:
    """Keep what a build has made and said.

    Names in the configuration are kept without their places, which are those of another day.
    """
    if store and key:
        digests = {file.path: write.digest(file.text) for file in files}
        store.put(key, pickle.dumps((digests, tuple(warnings), tuple(names))))


def said(
    config: Config,
    warnings: Sequence[Diagnostic],
    names: Sequence[UnknownName],
    wanted: frozenset[str],
) -> tuple[Diagnostic, ...]:
    """The warnings of the *wanted* files, and those of the configuration."""
    return (*read.misnamed(config.root, names), *split(warnings, wanted)[0])


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


def source(file: "PythonFile") -> str:
    """The query file that a generated file comes from; empty for those that all share."""
    from .model.python import Module

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
