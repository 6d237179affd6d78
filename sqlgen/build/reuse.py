"""Records of an earlier build -> the analyses and files that this one need not make again."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from .. import write
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


def has_current_output(
    analysis: FileAnalysis, request: BuildRequest, context: TranslationContext
) -> bool:
    """Return whether the files on disk are those that would be generated now."""
    output = analysis.record.output
    return (
        output is not None
        and all(request.digests.get(p) == d for p, d in output.digests.items())
        and output.inputs_digest
        == _inputs_digest(request, analysis.shared_use, context)
    )


def _inputs_digest(
    request: BuildRequest, shared_use: SharedUse, context: TranslationContext
) -> bytes:
    """Return the digest of everything that a file is generated with, beside its own queries."""
    settings = replace(request.config, root=Path(), server="")
    templates = [(file.path, file.sha384) for file in request.templates]
    facts = (settings, context.names.used_by(shared_use.references), templates)
    return hashlib.sha256(repr(facts).encode()).digest()


def updated_records(
    request: BuildRequest,
    analyses: Mapping[str, FileAnalysis],
    renders: Mapping[str, FileRender],
    context: TranslationContext,
) -> dict[str, FileRecord]:
    """Return what is known of each file now."""

    def record(path: str, analysis: FileAnalysis) -> FileRecord:
        if path not in renders or not analysis.record.is_clean:
            return analysis.record
        files, requirements = renders[path].files, renders[path].requirements
        output = OutputRecord(
            _inputs_digest(request, analysis.shared_use, context),
            {file.path: write.digest(file.text) for file in files},
            requirements,
        )
        return replace(analysis.record, output=output)

    return {path: record(path, analysis) for path, analysis in analyses.items()}
