"""Diagnostics, places and edits -> the protocol's JSON."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

from ...conninfo.masking import mask_urls
from ...model.diagnostic import Diagnostic, Label, Severity
from ...model.source import Span
from ..documents.text_positions import TextPositions
from ..protocol.params import Position, TextRange

PositionsOf = Callable[[str], TextPositions]
"""Returns the places in a text."""

_SEVERITIES: Final = {Severity.ERROR: 1, Severity.WARNING: 2, Severity.NOTE: 3}


def position_json(position: Position) -> dict[str, Any]:
    """Return a position."""
    return {"line": position.line, "character": position.character}


def range_json(range_: TextRange) -> dict[str, Any]:
    """Return a range."""
    return {"start": position_json(range_.start), "end": position_json(range_.end)}


def diagnostics_json(
    diagnostics: Iterable[Diagnostic], uri_of_path: Callable[[str], str]
) -> list[dict[str, Any]]:
    """Return diagnostics, each at its place in the text that it is about, or else at its file's start.

    *uri_of_path* gives the URI of a file of the project.
    """
    # Diagnostics of one file may be about several texts of it: a saved one, and an unsaved one.
    positions_of = cache(TextPositions)
    return [_diagnostic(one, positions_of, uri_of_path) for one in diagnostics]


def _diagnostic(
    diagnostic: Diagnostic, positions_of: PositionsOf, uri_of_path: Callable[[str], str]
) -> dict[str, Any]:
    label = diagnostic.label
    parts = [diagnostic.message]
    if label and label.text:
        parts.append(label.text)
    if diagnostic.hint:
        parts.append(f"hint: {diagnostic.hint}")
    start = Position(0, 0)
    place = _range(label.span, positions_of) if label else TextRange(start, start)
    return {
        "range": range_json(place),
        "severity": _SEVERITIES[diagnostic.severity],
        "code": diagnostic.code,
        "source": "sqlgen",
        "message": mask_urls("\n".join(parts)),
        "relatedInformation": [
            _related(one, diagnostic, positions_of, uri_of_path)
            for one in diagnostic.related
        ],
    }


def _related(
    label: Label,
    diagnostic: Diagnostic,
    positions_of: PositionsOf,
    uri_of_path: Callable[[str], str],
) -> dict[str, Any]:
    return {
        "location": {
            "uri": uri_of_path(label.span.source.path),
            "range": range_json(_range(label.span, positions_of)),
        },
        "message": mask_urls(label.text or diagnostic.message),
    }


def _range(span: Span, positions_of: PositionsOf) -> TextRange:
    return positions_of(span.source.text).range(span.start, span.end)
