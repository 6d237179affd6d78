"""A project's query files -> the files of the generated package and its lock files.

All files are analysed; then what their modules share is named; then all are rendered. A file whose
recorded analysis holds is not analysed, and one whose output is still on disk is not rendered.
"""

import pickle
from collections.abc import Iterable, Mapping, Sequence

from .. import lockfile, render, translate
from ..model.config import ModelScope
from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.migration import Migration
from ..model.output import GeneratedFile
from ..model.progress import Progress
from ..model.source import SourceFile
from ..translate import SharedRequirements
from .analysis.analyzer import Analyzer
from .file_tasks import FileTasks, verify_new
from .phases import FileAnalysis, FileRender, RenderInputs
from .records.file_records import FileRecords
from .request import BuildRequest
from .result import BuildResult
from .reuse import has_current_output, recorded_analyses, updated_records
from .worker import Workers

Analyses = Mapping[str, FileAnalysis]
"""The analysis of each query file, by path."""


def build_package(
    request: BuildRequest,
    migrations: Sequence[Migration],
    analyzer: Analyzer,
    records: FileRecords,
    progress: Progress,
) -> BuildResult:
    """Return the files of a project's package; update the *records*.

    Raises `SqlgenError` for errors in the selected files, and for everything that keeps any module
    from being rendered.
    """
    analyses = recorded_analyses(request, records)
    unanalysed = [s for s in request.queries if s.path not in analyses]
    with Workers(FileTasks(request, analyzer, records)) as workers:
        progress("analysing queries")
        if workers.will_fork(unanalysed):
            analyzer.prepare_fork(unanalysed)
        batches = workers.map(FileTasks.analyse, unanalysed)
        analyses |= {path: one for b in batches for path, one in b.files.items()}
        query_errors = [error for batch in batches for error in batch.errors]
        errors = analyzer.all_errors(query_errors)
        try:
            if any(map(request.selects, errors)):
                query_errors += _translation_errors(
                    request, analyses, analyzer, workers
                )
                errors = analyzer.all_errors(query_errors)
                raise SqlgenError(*filter(request.selects, errors))
            inputs = _render_inputs(request, analyses, analyzer)
        except SqlgenError:
            records.save({path: one.record for path, one in analyses.items()})
            raise
        progress("writing Python")
        outdated = [
            source
            for source in request.queries
            if not has_current_output(analyses[source.path], request, inputs.context)
        ]
        renders, render_errors = _render(workers, outdated, inputs)
    try:
        if render_errors:
            raise SqlgenError(*analyzer.all_errors(render_errors))
        shared = _shared_files(request, migrations, analyses, renders, inputs)
    finally:
        records.save(updated_records(request, analyses, renders, inputs.context))
    outputs = [a.record.output for path, a in analyses.items() if path not in renders]
    rendered = {file: path for path, one in renders.items() for file in one.files}
    return BuildResult(
        files=rendered | dict.fromkeys(shared, ""),
        reused_digests={p: d for o in outputs if o for p, d in o.digests.items()},
        warnings=tuple([w for s in request.queries for w in analyses[s.path].warnings]),
        unselected_errors=errors,
        renamed={path: one.renamed for path, one in renders.items()},
    )


def _render_inputs(
    request: BuildRequest, analyses: Analyses, analyzer: Analyzer
) -> RenderInputs:
    """Name what the modules share, and the modules.

    Raises `SqlgenError` where a file cannot be a module, or a configured type does not exist.
    """
    sources, config = request.queries, request.config
    is_all = config.models is ModelScope.ALL
    tables = analyzer.tables() if is_all else ()
    references = translate.merge_references(
        [
            *[analyses[source.path].shared_use.references for source in sources],
            *([translate.table_references(tables)] if is_all else []),
        ]
    )
    paths = translate.module_paths(sources, config)
    return RenderInputs(
        references,
        translate.translation_context(references, config),
        {source.path: path for source, path in zip(sources, paths, strict=True)},
        tables,
    )


def _translation_errors(
    request: BuildRequest,
    analyses: Analyses,
    analyzer: Analyzer,
    workers: Workers[FileTasks],
) -> tuple[Diagnostic, ...]:
    """Return the errors that are found after the analysis, in the queries that could be analysed."""
    try:
        inputs = _render_inputs(request, analyses, analyzer)
    except SqlgenError as error:
        return error.diagnostics
    outdated = [
        source
        for source in request.queries
        if not has_current_output(analyses[source.path], request, inputs.context)
    ]
    batches = workers.map(FileTasks.translation_errors, outdated, inputs)
    return tuple([error for errors in batches for error in errors])


def _render(
    workers: Workers[FileTasks], sources: Sequence[SourceFile], inputs: RenderInputs
) -> tuple[dict[str, FileRender], tuple[Diagnostic, ...]]:
    """Render the query files; return their files by path, and the errors."""
    batches = workers.map(FileTasks.render, sources, inputs)
    return (
        {path: one for batch in batches for path, one in batch.files.items()},
        _distinct([error for batch in batches for error in batch.errors]),
    )


def _distinct(errors: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the errors, with one for each place in a project's template.

    An error in a template may occur in every module. `template-output` names the module; the first
    is enough.
    """
    distinct: dict[object, Diagnostic] = {}
    for error in errors:
        span = error.label.span if error.label else None
        distinct.setdefault(
            (error.code, span) if error.code == "template-output" else error, error
        )
    return tuple(distinct.values())


def _shared_files(
    request: BuildRequest,
    migrations: Iterable[Migration],
    analyses: Analyses,
    renders: Mapping[str, FileRender],
    inputs: RenderInputs,
) -> list[GeneratedFile]:
    """Return the files that come from no query file alone.

    Raises `SqlgenError` where two query files do not agree.
    """
    sources = request.queries
    modules = translate.shared_files(
        inputs.references,
        (_requirements(analyses[s.path], renders.get(s.path)) for s in sources),
        list(inputs.module_paths.values()),
        inputs.context,
        sources,
    )
    scripts = [migration.up for migration in migrations]
    types = (analyses[source.path].shared_use.types for source in sources)
    lock = lockfile.schema_file(
        request.config,
        scripts,
        types,
        routines=request.routines,
        tables=inputs.tables,
    )
    files = [*(render.module(m, request.templates) for m in modules), lock]
    verify_new(files, request)
    return files


def _requirements(
    analysis: FileAnalysis, render_: FileRender | None
) -> SharedRequirements:
    """Return what a file's modules require of the shared ones, from its record if need be."""
    output = render_ or analysis.record.output
    assert output, "a file that was not rendered has a recorded output"
    requirements: SharedRequirements = pickle.loads(output.requirements)
    return requirements
