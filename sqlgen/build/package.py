"""A project's query files -> the files of the generated package and of its lock.

Files are analysed, then named, then rendered. What an earlier build recorded of a file, and is still
true, takes the place of analysing it; what it generated, and is still on disk, that of rendering it.
"""

import pickle
from collections.abc import Iterable, Mapping, Sequence

from .. import lockfile, render, translate
from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.migration import Migration
from ..model.output import GeneratedFile
from ..model.progress import Progress
from ..model.source import SourceFile
from ..translate import SharedRequirements
from .analyzer import Analyzer
from .file_tasks import FileAnalysis, FileRender, FileTasks, RenderInputs, verify_new
from .request import BuildRequest, BuildResult
from .reuse import is_current, is_on_disk, recorded_analyses, updated_records
from .worker import Workers

Analyses = Mapping[str, FileAnalysis]
"""The analysis of each query file, by path."""


def build_package(
    request: BuildRequest,
    migrations: Sequence[Migration],
    analyzer: Analyzer,
    progress: Progress,
) -> BuildResult:
    """Return the files of a project's package.

    Raises `SqlgenError` for errors in the selected files, and for all that keeps any module from
    being made.
    """
    recorded = recorded_analyses(request, analyzer)
    changed = [s for s in request.queries if s.path not in recorded]
    missing = [
        s
        for s in request.queries
        if s.path in recorded and not is_on_disk(recorded[s.path].record, request)
    ]
    tasks = FileTasks(request, analyzer)
    warm_up = analyzer.warm_up if changed else lambda: None
    with Workers(tasks, [*changed, *missing], warm_up) as workers:
        progress("analysing queries")
        batches = workers.map(FileTasks.analyse, changed)
        analyses = dict(recorded)
        for batch in batches:
            analyses |= batch.files
        errors = analyzer.sorted_diagnostics([e for b in batches for e in b.errors])
        try:
            if selected := tuple(filter(request.selects, errors)):
                raise SqlgenError(*selected)
            inputs = _render_inputs(request, analyses)
        except SqlgenError:
            analyzer.save({path: one.record for path, one in analyses.items()})
            raise
        progress("writing Python")
        reusable = recorded.keys() | {path for b in batches for path in b.still_valid}
        outdated = [
            s
            for s in request.queries
            if s.path not in reusable
            or not is_current(analyses[s.path], request, inputs.context)
        ]
        renders, render_errors = _render(workers, outdated, inputs)
    try:
        if render_errors:
            raise SqlgenError(*analyzer.sorted_diagnostics(render_errors))
        shared = _shared_files(request, migrations, analyses, renders, inputs)
    finally:
        analyzer.save(updated_records(request, analyses, renders, inputs.context))
    return _result(request, analyses, renders, shared, errors)


def _render_inputs(request: BuildRequest, analyses: Analyses) -> RenderInputs:
    """Name what the modules share, and the modules.

    Raises `SqlgenError` where a file cannot be a module, or a configured type does not exist.
    """
    sources, config = request.queries, request.config
    references = translate.merge_references(
        [analyses[source.path].shared_use.references for source in sources]
    )
    paths = translate.module_paths(sources, config)
    return RenderInputs(
        references,
        translate.translation_context(references, config),
        {source.path: path for source, path in zip(sources, paths, strict=True)},
    )


def _render(
    workers: Workers[FileTasks], sources: Sequence[SourceFile], inputs: RenderInputs
) -> tuple[dict[str, FileRender], tuple[Diagnostic, ...]]:
    """Render the query files; return their files by path, and the errors."""
    batches = workers.map(FileTasks.render, sources, inputs)
    return (
        {path: one for batch in batches for path, one in batch.files.items()},
        # An error in a template of the project's is found once a module.
        tuple(dict.fromkeys([error for batch in batches for error in batch.errors])),
    )


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
    uses = [analyses[source.path].shared_use for source in sources]
    modules = translate.shared_files(
        inputs.references,
        [_requirements(analyses[s.path], renders.get(s.path)) for s in sources],
        list(inputs.module_paths.values()),
        inputs.context,
        sources,
    )
    scripts = [migration.up for migration in migrations]
    lock = lockfile.schema_file(request.config, scripts, [use.types for use in uses])
    files = [*(render.module(m, request.templates) for m in modules), lock]
    verify_new(files, request)
    return files


def _requirements(
    analysis: FileAnalysis, render_: FileRender | None
) -> SharedRequirements:
    """Return what a file's modules require of the shared ones, from its record if need be."""
    if render_:
        return render_.requirements
    assert analysis.record.output, "only what is recorded is not rendered again"
    requirements: SharedRequirements = pickle.loads(analysis.record.output.requirements)
    return requirements


def _result(
    request: BuildRequest,
    analyses: Analyses,
    renders: Mapping[str, FileRender],
    shared: Iterable[GeneratedFile],
    errors: tuple[Diagnostic, ...],
) -> BuildResult:
    """Return the files, warnings and errors, in the files' order."""
    files = {file: path for path, one in renders.items() for file in one.files}
    outputs = [a.record.output for path, a in analyses.items() if path not in renders]
    return BuildResult(
        files=files | dict.fromkeys(shared, ""),
        unchanged={
            p: d for output in outputs if output for p, d in output.digests.items()
        },
        warnings=tuple([w for s in request.queries for w in analyses[s.path].warnings]),
        unselected_errors=errors,
    )
