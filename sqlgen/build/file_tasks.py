"""Query files -> their analyses, and then their modules: the work of one process.

Analysing comes first, for all files: what they use decides on the names of what their modules share.
"""

import pickle
from collections.abc import Iterator, Mapping, Sequence

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
from .large_builds import compressed_pack, groups, is_large, unpacked
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
    """A query file with its typed queries."""

    file: AnalysedFile
    queries: tuple[TypedQuery, ...]


@frozen
class _NewFiles:
    """The files that are not on disk yet, and the digests of all, by path."""

    files: tuple[GeneratedFile, ...]
    digests: Mapping[str, bytes]


class FileTasks:
    """Analyses and renders query files; keeps the typed queries until they are rendered."""

    def __init__(
        self, request: BuildRequest, analyzer: Analyzer, records: FileRecords
    ) -> None:
        self._request = request
        self._analyzer = analyzer
        self._makes_records = records.are_kept
        self._typed: dict[str, _TypedFile] = {}
        self._packed: dict[str, bytes] = {}
        self._locks: dict[str, _NewFiles] = {}
        self._is_large = is_large(request)
        self._revalidated: dict[str, AnalysedFile] = {}

    def analyse(self, sources: Sequence[SourceFile]) -> Iterator[BatchAnalysis]:
        """Analyse query files, in groups."""
        for group in groups(sources):
            analyses: dict[str, FileAnalysis] = {}
            files, errors = self._analyzer.analyse(group)
            for file in files:
                path = file.parsed.file.source.path
                if file.record:
                    self._revalidated[path] = file
                    analyses[path] = recorded_analysis(file.record)
                else:
                    analyses[path] = self._keep(path, self._typed_file(file))
            yield BatchAnalysis(analyses, errors)

    def render(
        self, sources: Sequence[SourceFile], inputs: RenderInputs
    ) -> Iterator[BatchRender]:
        """Translate and render query files, in groups.

        Those that were not analysed in this process are read from their records, without errors.
        """
        for group in groups(sources):
            self._load(group)
            rendered, errors = attempt(
                lambda source: (source.path, self._render_file(source, inputs)), group
            )
            self._forget(group)
            yield BatchRender(dict(rendered), errors)

    def translation_errors(
        self, sources: Sequence[SourceFile], inputs: RenderInputs
    ) -> Iterator[tuple[Diagnostic, ...]]:
        """Yield the errors in translating query files; nothing is rendered."""
        for group in groups(sources):
            self._load(group)
            _, errors = attempt(lambda source: self._translate(source, inputs), group)
            self._forget(group)
            yield errors

    def _keep(self, path: str, typed: _TypedFile) -> FileAnalysis:
        """Return the summary of a file's typed queries; keep these until it is rendered.

        In a large build, they are kept as bytes.
        """
        lock, types = self._lock(typed)
        self._locks[path] = self._new([lock])
        analysis = self._file_analysis(typed, types)
        if self._is_large and typed.file.is_clean:
            self._packed[path] = analysis.record.packed_queries or compressed_pack(
                typed.queries
            )
        else:
            self._typed[path] = typed
        return analysis

    def _forget(self, sources: Sequence[SourceFile]) -> None:
        """Free the memory of files that are rendered, in a large build."""
        if self._is_large:
            for source in sources:
                self._typed.pop(source.path, None)

    def _load(self, sources: Sequence[SourceFile]) -> None:
        """Have the typed queries of files, from the records of those not analysed here."""
        for source in sources:
            if (packed := self._packed.get(source.path)) is not None:
                file = unpacked(source, packed)
                self._typed[source.path] = self._typed_file(file)
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
        """Return the file with its typed queries."""
        return _TypedFile(file, typed_queries(file))

    def _lock(self, typed: _TypedFile) -> tuple[GeneratedFile, lockfile.TypeTable]:
        """Return the lock file, and the types in it."""
        config, file = self._request.config, typed.file.parsed.file
        return lockfile.query_file(config, file, typed.queries)

    def _new(self, files: Sequence[GeneratedFile]) -> _NewFiles:
        """Compare files with those on disk."""
        new, digests = new_files(files, self._request)
        if self._is_large:
            new = tuple([file.in_less_memory() for file in new])
        return _NewFiles(new, digests)

    def _file_analysis(
        self, typed: _TypedFile, types: lockfile.TypeTable
    ) -> FileAnalysis:
        """Summarise a file's typed queries, and make its record if records are kept."""
        file = typed.file
        references = translate.type_references(
            file.queries, self._request.config.aliases
        )
        packed_use = pickle.dumps(SharedUse(references, types), pickle.HIGHEST_PROTOCOL)
        sha384 = file.parsed.file.source.sha384
        if not self._makes_records:
            return FileAnalysis(packed_use, FileRecord(sha384=sha384), file.warnings)
        record = FileRecord(
            sha384=sha384,
            packed_queries=(
                compressed_pack(file.queries)
                if self._is_large
                else lockfile.pack(file.queries)
            ),
            answer_digests=file.answer_digests,
            shared_use=packed_use if file.is_clean else b"",
        )
        return FileAnalysis(packed_use, record, file.warnings)

    def _render_file(self, source: SourceFile, inputs: RenderInputs) -> FileRender:
        """Return the modules of a query file, and its lock file."""
        modules, requirements, renamed = self._translate(source, inputs)
        with reported(Span(source, 0, 0)):
            templates = self._request.templates
            rendered = [render.module(module, templates) for module in modules]
            new = self._new(rendered)
            lock = self._locks.pop(source.path, None)
            if lock is None:  # the file was not analysed in this process
                lock = self._new([self._lock(self._typed[source.path])[0]])
        return FileRender(
            files=new.files + lock.files,
            digests={**new.digests, **lock.digests},
            requirements=pickle.dumps(requirements, pickle.HIGHEST_PROTOCOL),
            renamed=renamed,
        )

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


def new_files(
    files: Sequence[GeneratedFile], request: BuildRequest
) -> tuple[tuple[GeneratedFile, ...], Mapping[str, bytes]]:
    """Return the files that are not on disk yet, and the digests of all, by path.

    Raises `SyntaxError` where a new module is not Python, which would be a bug in sqlgen.
    """
    digests = {file.path: write.digest(file.text) for file in files}
    on_disk = request.digests
    new = tuple([f for f in files if on_disk.get(f.path) != digests[f.path]])
    for file in new:
        write.verify_syntax(file)
    return new, digests
