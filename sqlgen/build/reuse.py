"""Records of an earlier build -> the analyses and files that this one need not make again."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..translate import TranslationContext
from .phases import FileAnalysis, FileRender, SharedUse, recorded_analysis
from .records.file_records import FileRecord, FileRecords, OutputRecord
from .request import BuildRequest


def recorded_analyses(
    request: BuildRequest, records: FileRecords
) -> dict[str, FileAnalysis]:
    """Return the recorded analyses of the files that have not changed."""
    return {
        source.path: recorded_analysis(record)
        for source in request.queries
        if (record := records.reusable(source))
    }


class Outputs:
    """The files that are on disk for each query file, and what they would be generated with now.

    A file depends on the names that it uses. If all names are those of the earlier build, that is known
    without looking at the file's own.
    """

    def __init__(self, request: BuildRequest, context: TranslationContext) -> None:
        self._on_disk = request.digests
        self._names = context.names
        settings = replace(request.config, root=Path(), server="")
        templates = [(file.path, file.sha384) for file in request.templates]
        self._settings_digest = _digest(settings, templates)
        self._all_names_digest = _digest(self._settings_digest, context.names)

    def are_current(self, analysis: FileAnalysis) -> bool:
        """Return whether the files on disk are those that would be generated now."""
        output = analysis.record.output
        return (
            output is not None
            and all(self._on_disk.get(p) == d for p, d in output.digests.items())
            and (
                output.all_names_digest == self._all_names_digest
                or output.inputs_digest == self._inputs_digest(analysis.shared_use)
            )
        )

    def updated_records(
        self, analyses: Mapping[str, FileAnalysis], renders: Mapping[str, FileRender]
    ) -> dict[str, FileRecord]:
        """Return what is known of each file now: of those that were not rendered, the output is current."""
        return {
            path: self._record(analysis, renders.get(path))
            for path, analysis in analyses.items()
        }

    def _record(self, analysis: FileAnalysis, render: FileRender | None) -> FileRecord:
        record = analysis.record
        if not record.is_clean:
            return record
        if render:
            output = OutputRecord(
                self._inputs_digest(analysis.shared_use),
                self._all_names_digest,
                render.digests,
                render.requirements,
            )
        elif (
            record.output is None
            or record.output.all_names_digest == self._all_names_digest
        ):
            return record
        else:
            output = replace(record.output, all_names_digest=self._all_names_digest)
        return replace(record, output=output)

    def _inputs_digest(self, shared_use: SharedUse) -> bytes:
        """Return the digest of everything that a file is generated with, beside its own queries."""
        return _digest(
            self._settings_digest, self._names.used_by(shared_use.references)
        )


def _digest(*facts: object) -> bytes:
    return hashlib.sha256(repr(facts).encode()).digest()
