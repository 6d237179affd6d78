"""A project's configuration -> what a build changes: the page where the stages meet.

    read       the project's files                      request.py
    parse      migrations and queries                   analyzer.py
    analyse    what PostgreSQL says of each query        recorded_analyzer.py, database_analyzer.py
    translate  SQL's names and types to Python's         package.py, file_tasks.py
    render     the modules' text                         package.py, file_tasks.py
    write      what differs from the files on disk       here

What earlier builds found out is kept around this: a whole result (results.py), a file's analysis and
output (records.py, reuse.py), a database's catalog (schema_databases.py). Stages that are needed only
where something has changed are imported there: importing them takes longer than finding out that
nothing has.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import cache, read, write
from ..model.config import Config, UnknownName
from ..model.diagnostic import Diagnostic, Label, Severity, SqlgenError
from ..model.frozen import frozen
from ..model.output import Change, Plan
from ..model.progress import Progress, no_progress
from ..model.source import SourceFile, Span
from .request import BuildRequest, BuildResult, read_request
from .results import load_result, result_key, store_result

if TYPE_CHECKING:
    from ..model.migration import Migration
    from ..model.typed import TypedQuery
    from ..translate import Annotations
    from .server_pool import ServerPool


def build(
    config: Config,
    *,
    only: Sequence[Path] = (),
    progress: Progress = no_progress,
    pool: "ServerPool | None" = None,
) -> Plan:
    """Bring the generated package up to date, and return what was changed.

    Raises `SqlgenError` if anything is wrong; then no file has changed.
    """
    changes = plan(config, only=only, progress=progress, pool=pool)
    write.apply(config.root, changes.changes)
    return changes


def plan(
    config: Config,
    *,
    only: Sequence[Path] = (),
    progress: Progress = no_progress,
    pool: "ServerPool | None" = None,
) -> Plan:
    """Return what a build would change, for the query files that *only* names or for all.

    The *pool* lends the server where that is to be kept for the next build. Raises `SqlgenError`
    with all errors in those files. Errors in other files matter only where a shared module changes.
    """
    progress("reading queries")
    request, store = read_request(config, only), cache.open_store()
    key = result_key(request)
    if stored := load_result(store, key, request):
        return Plan((), visible_warnings(request, *stored))
    from .. import parse
    from . import package, recorded_analyzer

    migrations = parse.migrations(request.migrations)
    with recorded_analyzer.open_analyzer(
        config, migrations, store, progress, pool
    ) as analyzer:
        result = package.build_package(request, migrations, analyzer, progress)
        unknown_names = analyzer.unknown_names()
    changes = write.changes(request.generated, result.files, result.unchanged)
    if request.is_partial:
        changes = selected_changes(changes, request, result)
    if not result.unselected_errors:
        store_result(store, key, result, unknown_names)
    warnings = visible_warnings(request, result.warnings, unknown_names)
    if not changes or request.is_partial:
        return Plan(changes, warnings)
    return Plan(changes, warnings, newest_migration_warnings(migrations))


def check_offline(config: Config, *, progress: Progress = no_progress) -> Plan:
    """Return what a build would change if PostgreSQL still says what the lock files record.

    Needs no server. Raises `SqlgenError` where the lock files are not of these migrations and queries.
    """
    progress("reading queries")
    request = read_request(config)
    from .. import parse
    from . import lockfile_analyzer, package

    migrations = parse.migrations(request.migrations)
    analyzer = lockfile_analyzer.LockfileAnalyzer(request, migrations)
    result = package.build_package(request, migrations, analyzer, progress)
    return Plan(write.changes(request.generated, result.files, result.unchanged), ())


def warm_up(config: Config, pool: "ServerPool") -> None:
    """Let the next build wait neither for the server nor for the stages to be imported.

    Raises `SqlgenError` where the server cannot be had, or a migration fails.
    """
    from .. import parse
    from . import package, recorded_analyzer  # noqa: F401

    migrations = parse.migrations(read.sources(config.root, config.migrations))
    with recorded_analyzer.open_analyzer(
        config, migrations, cache.open_store(), no_progress, pool
    ) as analyzer:
        analyzer.warm_up()


@frozen
class DescribedQuery:
    """A query beside the Python types that its function shows."""

    query: "TypedQuery"
    annotations: "Annotations"


def describe_queries(
    config: Config, *, progress: Progress = no_progress
) -> tuple[tuple[DescribedQuery, ...], tuple[Diagnostic, ...]]:
    """Return all queries that can be analysed, in the files' order, and the errors in the others.

    Raises `SqlgenError` if there is no schema to analyse against.
    """
    from .. import parse, translate
    from . import recorded_analyzer

    sources = read.sources(config.root, config.queries)
    migrations = parse.migrations(read.sources(config.root, config.migrations))
    with recorded_analyzer.open_analyzer(
        config, migrations, cache.open_store(), progress
    ) as analyzer:
        files, errors = analyzer.analyse(sources)
        errors = analyzer.sorted_diagnostics(errors)
    queries = [query for file in files for query in file.queries]
    annotations = translate.annotations(queries, config)
    return tuple(map(DescribedQuery, queries, annotations)), errors


def selected_changes(
    changes: Sequence[Change], request: BuildRequest, result: BuildResult
) -> tuple[Change, ...]:
    """Return the changes of the selected query files' modules, and of the shared modules.

    Raises `SqlgenError` where a shared module would change, and other files have errors: what they
    need of it is not known.
    """
    own = {f.path for f, origin in result.files.items() if origin in request.selected}
    shared = {f.path for f, origin in result.files.items() if not origin}
    if errors := result.unselected_errors:
        shared -= {f.path for f in result.files if write.is_lockfile(f)}
        if any(change.path in shared for change in changes):
            raise SqlgenError(*errors)
    return tuple([change for change in changes if change.path in own | shared])


def visible_warnings(
    request: BuildRequest,
    warnings: Sequence[Diagnostic],
    unknown_names: Sequence[UnknownName],
) -> tuple[Diagnostic, ...]:
    """Return the warnings about the configuration, and those about the selected files."""
    return (
        *read.unknown_name_warnings(request.config.root, unknown_names),
        *filter(request.selects, warnings),
    )


def newest_migration_warnings(
    migrations: "Sequence[Migration]",
) -> tuple[Diagnostic, ...]:
    """Return the warnings about the newest migration, which is most likely still being written.

    Raises `SqlgenError` for errors in its `-- sqlgen:` comments.
    """
    from .. import lint

    diagnostics = lint.lint_newest(migrations)
    if errors := [d for d in diagnostics if d.severity is Severity.ERROR]:
        raise SqlgenError(*errors)
    return diagnostics


def stale_files(plan_: Plan) -> tuple[Diagnostic, ...]:
    """Return an error for each file that a build would change, as `check` reports them."""
    return tuple(
        Diagnostic(
            code="stale",
            message=f"`{change.path}` is not what the queries and migrations generate",
            label=Label(Span(SourceFile(change.path, change.before or ""), 0, 0)),
            hint="run `sqlgen build` and commit the result",
        )
        for change in plan_.changes
    )
