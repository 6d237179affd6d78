"""A project's query files -> the files of the generated package and its lock files.

All files are analysed; then what their modules share is named; then all are rendered. A file whose
recorded analysis holds is not analysed, and one whose output is still on disk is not rendered.
"""

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .. import lockfile, render, translate
from ..model.config import ModelScope
from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.migration import Migration
from ..model.output import GeneratedFile
from ..model.progress import Progress
from ..model.source import SourceFile
from ..translate import SharedRequirements, TypeReferences
from .analysis.analyzer import Analyzer
from .file_tasks import FileTasks, new_files
from .phases import FileAnalysis, FileRender, RenderInputs, unpacked_use
from .records.file_records import FileRecords
from .request import BuildRequest
from .result import BuildResult
from .reuse import Outputs, recorded_analyses
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
            inputs, types = _render_inputs(request, analyses, analyzer)
        except SqlgenError:
            records.save({path: one.record for path, one in analyses.items()})
            raise
        progress("writing Python")
        outputs = Outputs(request, inputs.context)
        outdated = _outdated(request, analyses, outputs)
        renders, render_errors = _render(workers, outdated, inputs)
    try:
        if render_errors:
            raise SqlgenError(*analyzer.all_errors(render_errors))
        shared, digests = _shared_files(
            request, migrations, analyses, renders, inputs, types
        )
    finally:
        records.save(outputs.updated_records(analyses, renders))
    for path, analysis in analyses.items():
        output = renders.get(path) or analysis.record.output
        digests |= output.digests if output else {}
    new = {file: path for path, one in renders.items() for file in one.files}
    return BuildResult(
        files=new | dict.fromkeys(shared, ""),
        digests=digests,
        warnings=tuple([w for s in request.queries for w in analyses[s.path].warnings]),
        unselected_errors=errors,
        renamed={path: one.renamed for path, one in renders.items()},
    )


def _render_inputs(
    request: BuildRequest, analyses: Analyses, analyzer: Analyzer
) -> tuple[RenderInputs, lockfile.TypeTable]:
    """Name what the modules share, and the modules; return the types of all lock files, too.

    Raises `SqlgenError` where a file cannot be a module, or a configured type does not exist.
    """
    sources, config = request.queries, request.config
    is_all = config.models is ModelScope.ALL
    tables = analyzer.tables() if is_all else ()
    types: dict[str, Any] = {}

    def used() -> Iterator[TypeReferences]:
        # Many files use the same types, and the rest is only needed for a moment.
        for packed in dict.fromkeys([analyses[s.path].packed_use for s in sources]):
            shared_use = unpacked_use(packed)
            for name, data in shared_use.types.items():
                types.setdefault(name, data)
            yield shared_use.references
        if is_all:
            yield translate.table_references(tables)

    references = translate.merge_references(used())
    paths = translate.module_paths(sources, config)
    inputs = RenderInputs(
        references,
        translate.translation_context(references, config),
        {source.path: path for source, path in zip(sources, paths, strict=True)},
        tables,
    )
    return inputs, types


def _outdated(
    request: BuildRequest, analyses: Analyses, outputs: Outputs
) -> list[SourceFile]:
    """Return the query files whose modules on disk are not what would be generated now."""
    return [s for s in request.queries if not outputs.are_current(analyses[s.path])]


def _translation_errors(
    request: BuildRequest,
    analyses: Analyses,
    analyzer: Analyzer,
    workers: Workers[FileTasks],
) -> tuple[Diagnostic, ...]:
    """Return the errors that are found after the analysis, in the queries that could be analysed."""
    try:
        inputs, _ = _render_inputs(request, analyses, analyzer)
    except SqlgenError as error:
        return error.diagnostics
    outdated = _outdated(request, analyses, Outputs(request, inputs.context))
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
    types: lockfile.TypeTable,
) -> tuple[Sequence[GeneratedFile], dict[str, bytes]]:
    """Return the files that come from no query file alone and are new, and the digests of all of these.

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
    lock = lockfile.schema_file(
        request.config,
        scripts,
        [types],
        routines=request.routines,
        tables=inputs.tables,
    )
    files = [*(render.module(m, request.templates) for m in modules), lock]
    new, digests = new_files(files, request)
    return new, dict(digests)


def _requirements(
    analysis: FileAnalysis, render_: FileRender | None
) -> SharedRequirements:
    """Return what a file's modules require of the shared ones, from its record if need be."""
    output = render_ or analysis.record.output
    assert output, "a file that was not rendered has a recorded output"
    requirements: SharedRequirements = pickle.loads(output.requirements)
    return requirements
