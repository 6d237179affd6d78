"""Diagnostic -> text for programs: JSON, and the workflow commands of GitHub's actions."""

import json as encoder
import re
from collections.abc import Sequence
from typing import Any

from ..model.diagnostic import Diagnostic
from ..model.source import Span
from .printable import printable


def json(diagnostics: Sequence[Diagnostic]) -> str:
    """A JSON list with one object for each diagnostic.

    Its keys are `code`, `severity`, `message`, `file`, `line`, `column`, `endLine`, `endColumn`,
    `hint` and `related`, a list of objects with `message` and the keys of a place. Lines and
    columns count from 1, columns in characters; `endColumn` is behind the last one. A diagnostic
    without a place has null for its five keys.
    """
    objects = [
        {
            "code": diagnostic.code,
            "severity": str(diagnostic.severity),
            "message": diagnostic.message,
            **_place(diagnostic.label.span if diagnostic.label else None),
            "hint": diagnostic.hint,
            "related": [
                {"message": label.text, **_place(label.span)}
                for label in diagnostic.related
            ],
        }
        for diagnostic in diagnostics
    ]
    text = encoder.dumps(objects, ensure_ascii=False, indent=2)
    # The encoder leaves some control characters as they are; a terminal would act on them.
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def github(diagnostics: Sequence[Diagnostic]) -> str:
    """One workflow command a line, which GitHub shows at the lines of a pull request."""
    return "\n".join(map(_command, diagnostics))


_UNSAFE = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def _place(span: Span | None) -> dict[str, Any]:
    if span is None:
        return dict.fromkeys(("file", "line", "column", "endLine", "endColumn"))
    end = Span(span.source, span.end, span.end)
    return {
        "file": span.source.path,
        "line": span.line,
        "column": span.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def _command(diagnostic: Diagnostic) -> str:
    properties: dict[str, Any] = {}
    if diagnostic.label:
        place = _place(diagnostic.label.span)
        properties = {"file": place["file"], "line": place["line"]}
        # GitHub takes columns only where a span is on one line.
        if place["endLine"] == place["line"]:
            properties |= {"col": place["column"], "endColumn": place["endColumn"]}
        else:
            properties |= {"endLine": place["endLine"]}
    properties["title"] = diagnostic.code
    written = ",".join(
        f"{key}={_property(str(value))}" for key, value in properties.items()
    )
    parts = [diagnostic.message, *(label.text for label in diagnostic.related)]
    if diagnostic.hint:
        parts.append(f"hint: {diagnostic.hint}")
    message = _data("\n".join(filter(None, parts)))
    return f"::{diagnostic.severity} {written}::{message}"


def _data(text: str) -> str:
    """What stands behind the second `::` (actions/toolkit, `escapeData`)."""
    lines = text.replace("%", "%25").replace("\r", "%0D").split("\n")
    return "%0A".join(map(printable, lines))


def _property(text: str) -> str:
    """A property's value (actions/toolkit, `escapeProperty`)."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
