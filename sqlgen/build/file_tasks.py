"""Query files -> their analyses, and then their modules: the work of one process.

Analysing comes first, for all files: what they use decides on the names of what their modules share.
"""

import pickle
from collections.abc import Sequence

from .. import lockfile, render, translate, write
from ..model.diagnostic import Diagnostic, attempt
from ..model.frozen import frozen
from ..model.output import GeneratedFile
from ..model.python import Module
from ..model.renamed import Renamed
from ..model.source import SourceFile, Span
from ..model.typed import TypedQuery
from .analysis.analyzer import AnalysedFile, Analyzer, typed_queries
from .analysis.internal_errors import reported
from .phases import (
    BatchAnalysis,
    BatchRender,
    FileAnalysis,
    FileRender,
    RenderInputs,
    SharedUse,
    recorded_analysis,
)
from .records.file_records import FileRecord, FileRecords
from .request import BuildRequest


@frozen
class _TypedFile:
    """A query file with its typed queries, its lock file, and the types in that."""

    file: AnalysedFile
    queries: tuple[TypedQuery, ...]
    lock: GeneratedFile
    types: lockfile.TypeTable


class FileTasks:
    """Analyses and renders query files; keeps the typed queries until they are rendered."""

    def __init__(
        self, request: BuildRequest, analyzer: Analyzer, records: FileRecords
    ) -> None:
        self._request = request
        self._analyzer = analyzer
        self._makes_records = records.are_kept
        self._typed: dict[str, _TypedFile] = {}
        self._revalidated: dict[str, AnalysedFile] = {}

    def analyse(self, sources: Sequence[SourceFile]) -> BatchAnalysis:
        """Analyse query files."""
        files, errors = self._analyzer.analyse(sources)
        analyses: dict[str, FileAnalysis] = {}
        for file in files:
            path = file.parsed.file.source.path
            if file.record:
                self._revalidated[path] = file
                analyses[path] = recorded_analysis(file.record)
            else:
                self._typed[path] = self._typed_file(file)
                analyses[path] = self._file_analysis(self._typed[path])
        return BatchAnalysis(analyses, errors)

    def render(
        self, sources: Sequence[SourceFile], inputs: RenderInputs
    ) -> BatchRender:
        """Translate and render query files.

        Those that were not analysed in this process are read from their records, without errors.
        """
        self._load(sources)
        renders, errors = attempt(
            lambda source: (source.path, self._render_file(source, inputs)), sources
        )
        return BatchRender(dict(renders), errors)

    def translation_errors(
        self, sources: Sequence[SourceFile], inputs: RenderInputs
    ) -> tuple[Diagnostic, ...]:
        """Return the errors in translating query files; nothing is rendered."""
        self._load(sources)
        _, errors = attempt(lambda source: self._translate(source, inputs), sources)
        return errors

    def _load(self, sources: Sequence[SourceFile]) -> None:
        """Have the typed queries of files, from the records of those not analysed here."""
        recorded = [
            s
            for s in sources
            if s.path not in self._typed and s.path not in self._revalidated
        ]
        files, _ = self._analyzer.analyse(recorded)
        revalidated = [self._revalidated.pop(s.path, None) for s in sources]
        for file in (*files, *filter(None, revalidated)):
            self._typed[file.parsed.file.source.path] = self._typed_file(file)

    def _typed_file(self, file: AnalysedFile) -> _TypedFile:
        """Return the file with its typed queries, and its lock file."""
        queries, config = typed_queries(file), self._request.config
        lock, types = lockfile.query_file(config, file.parsed.file, queries)
        return _TypedFile(file, queries, lock, types)

    def _file_analysis(self, typed: _TypedFile) -> FileAnalysis:
        """Summarise a file's typed queries, and make its record if records are kept."""
        file = typed.file
        references = translate.type_references(
            file.queries, self._request.config.aliases
        )
        shared_use = SharedUse(references, typed.types)
        sha384 = file.parsed.file.source.sha384
        if not self._makes_records:
            return FileAnalysis(shared_use, FileRecord(sha384=sha384), file.warnings)
        record = FileRecord(
            sha384=sha384,
            packed_queries=lockfile.pack(file.queries),
            answer_digests=file.answer_digests,
            shared_use=(
                pickle.dumps(shared_use, pickle.HIGHEST_PROTOCOL)
                if file.is_clean
                else b""
            ),
        )
        return FileAnalysis(shared_use, record, file.warnings)

    def _render_file(self, source: SourceFile, inputs: RenderInputs) -> FileRender:
        """Return the modules of a query file, and its lock file."""
        modules, requirements, renamed = self._translate(source, inputs)
        with reported(Span(source, 0, 0)):
            templates = self._request.templates
            rendered = [render.module(module, templates) for module in modules]
            files = (*rendered, self._typed[source.path].lock)
            verify_new(files, self._request)
        return FileRender(files, requirements, renamed)

    def _translate(
        self, source: SourceFile, inputs: RenderInputs
    ) -> tuple[tuple[Module, ...], translate.SharedRequirements, tuple[Renamed, ...]]:
        """Return the modules of a query file before they are rendered, and changed names."""
        typed = self._typed[source.path]
        with reported(Span(source, 0, 0)):
            return translate.module(
                typed.file.parsed.file,
                typed.queries,
                inputs.module_paths[source.path],
                inputs.context,
            )


def verify_new(files: Sequence[GeneratedFile], request: BuildRequest) -> None:
    """Parse the modules that are not on disk yet, so that none with a syntax error gets there.

    Raises `SyntaxError`, which would be a bug in sqlgen.
    """
    for file in files:
        if request.digests.get(file.path) != write.digest(file.text):
            write.verify_syntax(file)
