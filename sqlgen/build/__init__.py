"""A project's configuration -> what a build changes: the page where the stages meet.

    read       the project's files                     request.py
    parse      queries and migrations                  schema_origin.py, analysis/analyzer.py
    describe   what PostgreSQL says of each query      server/, analysis/database_analyzer.py
    infer      what that means                         analysis/database_analyzer.py
    translate  SQL's names and types to Python's       package.py, file_tasks.py
    render     the modules' text                       package.py, file_tasks.py
    write      what differs from the files on disk     here

Around these stages stands what earlier builds found out (records/, reuse.py): a finished build,
each query file's analysis and output. A database's catalog is kept too (server/open_schema.py).
worker.py shares the work with a second process. Stages that are needed only where something has
changed are imported there: importing them takes longer than finding out that nothing has.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import cache, read, write
from ..model.config import Config, UnknownName
from ..model.diagnostic import Diagnostic, Label, Severity, SqlgenError, attempt
from ..model.frozen import frozen
from ..model.output import Change, GeneratedFile, Plan
from ..model.progress import Progress, no_progress
from ..model.source import SourceFile, Span
from .class_names import ClassNames, class_names
from .records.file_records import NO_RECORDS
from .records.finished_build import (
    finished_build_key,
    load_finished_build,
    store_finished_build,
)
from .renamed_note import renamed_notes
from .request import BuildRequest, read_request
from .result import BuildResult
from .schema_origin import schema_scripts, schema_sources, schema_warnings

if TYPE_CHECKING:
    from ..model.migration import Migration
    from ..model.typed import TypedQuery
    from ..translate import Annotations
    from .server.server_pool import ServerPool


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
    read.check_output(config)
    write.finish_interrupted(config.root, config.output)
    planned = plan(config, only=only, progress=progress, pool=pool)
    if planned.changes:
        write.apply(config.root, planned.changes)
    return planned


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
    request, store = read_request(config, only), cache.open_store(config.root)
    key = finished_build_key(request)
    findings = load_finished_build(store, key, request)
    if findings is not None:
        return Plan((), visible_warnings(request, *findings))
    from .analysis.recorded_analyzer import open_analyzer

    migrations = schema_scripts(config, request.migrations)
    with open_analyzer(config, migrations, store, progress, pool) as analyzer:
        from .package import build_package  # while the server starts
        from .typed_functions import left_out_notes, reported_at_setting, with_routines

        records = analyzer.records
        with reported_at_setting(config):
            routines = analyzer.typed_routines()
            request = with_routines(request, routines)
            result = build_package(request, migrations, analyzer, records, progress)
        classes = known_classes(request)
        lost: tuple[Diagnostic, ...] = ()
        if config.plans:
            from .index_service import planned_file

            progress("planning queries")
            plans, lost = planned_file(request, analyzer, migrations)
            result = with_file(result, plans)
        unknown_names = analyzer.unknown_names()
        schema_notes = analyzer.notes
    warnings = (*schema_warnings(config, request.migrations), *result.warnings)
    changes = write.changes(request.generated, result.files, result.digests)
    if request.is_partial:
        changes = selected_changes(changes, request, result)
    if not result.unselected_errors and not classes.errors:
        store_finished_build(
            store, key, result, warnings, unknown_names, classes.digests
        )
    warnings = visible_warnings(request, (*warnings, *lost), unknown_names)
    notes = (*schema_notes, *renamed_notes(changes, result))
    notes += left_out_notes(changes, routines, config)
    if not changes or request.is_partial:
        return Plan(changes, warnings, notes=notes)
    migration_warnings = () if config.schema else newest_migration_warnings(migrations)
    return Plan(changes, warnings, migration_warnings, notes)


def check_offline(config: Config, *, progress: Progress = no_progress) -> Plan:
    """Return what a build would change if PostgreSQL still says what the lock files record.

    Needs no server. Raises `SqlgenError` where the lock files are not of these migrations and queries.
    """
    progress("reading queries")
    request = read_request(config, offline=True)
    from .analysis.lockfile_analyzer import LockfileAnalyzer
    from .package import build_package
    from .typed_functions import reported_at_setting, with_routines

    migrations = schema_scripts(config, request.migrations)
    analyzer = LockfileAnalyzer(request, migrations)
    with reported_at_setting(config):
        request = with_routines(request, analyzer.typed_routines())
        result = build_package(request, migrations, analyzer, NO_RECORDS, progress)
    known_classes(request)
    if config.plans:
        from .index_service import recorded_file

        result = with_file(result, recorded_file(request, analyzer))
    return Plan(write.changes(request.generated, result.files, result.digests), ())


def with_file(result: BuildResult, file: GeneratedFile) -> BuildResult:
    """Return the result of a build that has generated one more file, which is shared."""
    digests = {**result.digests, file.path: write.digest(file.text)}
    return replace(result, files={**result.files, file: ""}, digests=digests)


def known_classes(request: BuildRequest) -> ClassNames:
    """Return what is known of the classes that the query files and the configuration name.

    Raises `SqlgenError` (`unknown-class`) for those of the selected files.
    """
    classes = class_names(request.config, request.queries)
    if errors := [error for error in classes.errors if request.selects(error)]:
        raise SqlgenError(*errors)
    return classes


def preload(config: Config, pool: "ServerPool") -> None:
    """Let the next build wait neither for the server nor for the stages to be imported.

    Raises `SqlgenError` where the server cannot be had, or a migration fails.
    """
    from . import package  # noqa: F401
    from .analysis.database_analyzer import DatabaseAnalyzer

    migrations = schema_scripts(config, schema_sources(config))
    store = cache.open_store(config.root)
    with DatabaseAnalyzer(config, migrations, store, no_progress, pool) as database:
        database.session()


@frozen
class DescribedQuery:
    """A query beside the Python types that its function shows."""

    query: "TypedQuery"
    annotations: "Annotations"


def describe_queries(
    config: Config, *, progress: Progress = no_progress
) -> tuple[tuple[DescribedQuery, ...], tuple[Diagnostic, ...]]:
    """Return all queries that are valid, in the files' order, and the errors in the others.

    Raises `SqlgenError` if there is no schema to analyse against, or for a configured type that
    cannot be read.
    """
    from .. import parse, translate
    from .analysis.analyzer import in_reading_order, typed_queries
    from .analysis.internal_errors import reported
    from .analysis.recorded_analyzer import open_analyzer
    from .typed_functions import at_setting

    sources = read.queries(config)
    migrations = schema_scripts(config, schema_sources(config))
    store = cache.open_store(config.root)
    with open_analyzer(config, migrations, store, progress) as analyzer:
        routines = analyzer.typed_routines().routines
        sources = (*sources, *parse.routine_files(routines, config.queries))
        files, errors = analyzer.analyse(sources)
        errors = analyzer.all_errors(errors)
    queries = [query for file in files for query in typed_queries(file)]
    references = translate.merge_references(
        [translate.type_references(queries, config.aliases)]
    )
    context = translate.translation_context(references, config)

    def described(query: "TypedQuery") -> DescribedQuery:
        with reported(query.query.name_span):
            return DescribedQuery(query, translate.annotations(query, context))

    valid, translation_errors = attempt(described, queries)
    problems = in_reading_order([*errors, *translation_errors])
    return valid, tuple([at_setting(problem, config) for problem in problems])


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
    config, selected = request.config, [w for w in warnings if request.selects(w)]
    if config.typed_functions and selected:
        from .typed_functions import at_setting

        selected = [at_setting(warning, config) for warning in selected]
    return (*read.unknown_name_warnings(config, unknown_names), *selected)


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
