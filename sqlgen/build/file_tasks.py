"""Query files -> their analyses, and then their modules: the work of one process, batch by batch.

Analysing comes first, for all files: what they use decides on the names of what their modules share.
"""

import pickle
from collections.abc import Mapping, Sequence

from .. import lockfile, render, translate, write
from ..model.diagnostic import Diagnostic, attempt
from ..model.frozen import frozen
from ..model.output import GeneratedFile
from ..model.source import SourceFile, Span
from ..translate import (
    ModulePath,
    SharedRequirements,
    TranslationContext,
    TypeReferences,
)
from .analyzer import AnalysedFile, Analyzer
from .internal_errors import reported
from .records import FileRecord
from .request import BuildRequest


@frozen
class SharedUse:
    """One query file's share in the modules and the lock file that all query files have in common.

    `references` are the types and checked columns that its queries use, `types` those in its lock
    file.
    """

    references: TypeReferences
    types: lockfile.TypeTable


@frozen
class FileAnalysis:
    """The result of analysing a query file; `record` lets the next build do without it."""

    shared_use: SharedUse
    record: FileRecord
    warnings: tuple[Diagnostic, ...] = ()


@frozen
class BatchAnalysis:
    """The results of analysing some query files, by path.

    `still_valid` are the paths of files whose records of another schema hold.
    """

    files: Mapping[str, FileAnalysis]
    still_valid: frozenset[str]
    errors: tuple[Diagnostic, ...]


@frozen
class RenderInputs:
    """The shared types, their names, and the modules' paths: the input of rendering beside queries."""

    references: TypeReferences
    context: TranslationContext
    module_paths: Mapping[str, ModulePath]


@frozen
class FileRender:
    """The files of a query file, and what they require of the shared modules."""

    files: tuple[GeneratedFile, ...]
    requirements: SharedRequirements


@frozen
class BatchRender:
    """The results of rendering some query files, by path."""

    files: Mapping[str, FileRender]
    errors: tuple[Diagnostic, ...]


class FileTasks:
    """Analyses and renders query files; keeps each analysis until it is rendered."""

    def __init__(self, request: BuildRequest, analyzer: Analyzer) -> None:
        self._request = request
        self._analyzer = analyzer
        self._analysed: dict[str, _LockedFile] = {}

    def analyse(self, sources: Sequence[SourceFile]) -> BatchAnalysis:
        """Analyse query files, or find that their records of the previous schema still hold."""
        valid = self._analyzer.still_valid(sources)
        errors = self._analyse([s for s in sources if s.path not in valid])
        analyses = {path: recorded_analysis(record) for path, record in valid.items()}
        for source in sources:
            if source.path not in valid:
                analysed = self._analysed[source.path]
                analyses[source.path] = self._file_analysis(analysed)
        return BatchAnalysis(analyses, frozenset(valid), errors)

    def render(
        self, sources: Sequence[SourceFile], inputs: RenderInputs
    ) -> BatchRender:
        """Translate and render query files, those that were not analysed here from their records."""
        self._analyse([s for s in sources if s.path not in self._analysed])
        renders, errors = attempt(
            lambda source: (source.path, self._render(source, inputs)), sources
        )
        return BatchRender(dict(renders), errors)

    def _analyse(self, sources: Sequence[SourceFile]) -> tuple[Diagnostic, ...]:
        """Keep the analyses of the files; return the errors in them."""
        analysed, errors = self._analyzer.analyse(sources)
        config = self._request.config
        for one in analysed:
            lock, types = lockfile.query_file(config, one.file, one.queries)
            self._analysed[one.file.source.path] = _LockedFile(one, lock, types)
        return errors

    def _file_analysis(self, locked: "_LockedFile") -> FileAnalysis:
        analysed = locked.analysed
        references = translate.type_references(analysed.queries)
        shared_use = SharedUse(references, locked.types)
        record = FileRecord(source=analysed.file.source.sha384)
        if self._analyzer.records:
            is_clean = analysed.is_complete and not analysed.warnings
            record = FileRecord(
                source=record.source,
                analyses=lockfile.pack(analysed.queries),
                answers=analysed.answers,
                shared_use=_pickle(shared_use) if is_clean else b"",
            )
        return FileAnalysis(shared_use, record, analysed.warnings)

    def _render(self, source: SourceFile, inputs: RenderInputs) -> FileRender:
        with reported(Span(source, 0, 0)):
            return self._file_render(source, inputs)

    def _file_render(self, source: SourceFile, inputs: RenderInputs) -> FileRender:
        locked = self._analysed[source.path]
        modules, requirements = translate.module(
            locked.analysed.file,
            locked.analysed.queries,
            inputs.module_paths[source.path],
            inputs.context,
        )
        files = (
            *(render.module(m, self._request.templates) for m in modules),
            locked.lock,
        )
        verify_new(files, self._request)
        return FileRender(files, requirements)


def recorded_analysis(record: FileRecord) -> FileAnalysis:
    """Return the analysis of a file without errors and warnings, as far as its record has it."""
    shared_use: SharedUse = pickle.loads(record.shared_use)
    return FileAnalysis(shared_use, record)


def verify_new(files: Sequence[GeneratedFile], request: BuildRequest) -> None:
    """Parse the modules that are not on disk yet, so that none with a syntax error gets there.

    Raises `SyntaxError`, which would be a bug in sqlgen.
    """
    for file in files:
        if request.digests.get(file.path) != write.digest(file.text):
            write.verify_syntax(file)


@frozen
class _LockedFile:
    """A query file with its analysed queries, its lock file, and the types in that."""

    analysed: AnalysedFile
    lock: GeneratedFile
    types: lockfile.TypeTable


def _pickle(shared_use: SharedUse) -> bytes:
    return pickle.dumps(shared_use, pickle.HIGHEST_PROTOCOL)
