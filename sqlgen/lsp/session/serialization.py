"""Diagnostics, places and edits -> the protocol's JSON."""

from collections.abc import Callable
from typing import Any, Final

from ...conninfo.masking import mask_urls
from ...model.diagnostic import Diagnostic, Label, Severity
from ...model.source import Span
from ..documents.text_positions import TextPositions
from ..protocol.params import Position, TextRange

_SEVERITIES: Final = {Severity.ERROR: 1, Severity.WARNING: 2, Severity.NOTE: 3}


def position_json(position: Position) -> dict[str, Any]:
    """Return a position."""
    return {"line": position.line, "character": position.character}


def range_json(range_: TextRange) -> dict[str, Any]:
    """Return a range."""
    return {"start": position_json(range_.start), "end": position_json(range_.end)}


def diagnostic_json(
    diagnostic: Diagnostic,
    positions: TextPositions | None,
    uri_of_path: Callable[[str], str],
) -> dict[str, Any]:
    """Return a diagnostic; without *positions* of its file, at the file's start.

    *uri_of_path* gives the URI of a file of the project.
    """
    label = diagnostic.label
    parts = [diagnostic.message]
    if label and label.text:
        parts.append(label.text)
    if diagnostic.hint:
        parts.append(f"hint: {diagnostic.hint}")
    start = Position(0, 0)
    place = TextRange(start, start)
    if label and positions:
        place = positions.range(label.span.start, label.span.end)
    return {
        "range": range_json(place),
        "severity": _SEVERITIES[diagnostic.severity],
        "code": diagnostic.code,
        "source": "sqlgen",
        "message": mask_urls("\n".join(parts)),
        "relatedInformation": [
            _related(one, diagnostic, uri_of_path) for one in diagnostic.related
        ],
    }


def _related(
    label: Label, diagnostic: Diagnostic, uri_of_path: Callable[[str], str]
) -> dict[str, Any]:
    span = label.span
    return {
        "location": {
            "uri": uri_of_path(span.source.path),
            "range": range_json(span_range(span)),
        },
        "message": mask_urls(label.text or diagnostic.message),
    }


def span_range(span: Span) -> TextRange:
    """Return the range of a span."""
    return TextPositions(span.source.text).range(span.start, span.end)
