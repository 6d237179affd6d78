"""Diagnostic -> text for programs: JSON, and the workflow commands of GitHub Actions."""

import json as encoder
import re
from collections.abc import Sequence
from typing import Any

from ..conninfo.masking import mask_urls
from ..model.diagnostic import Diagnostic, Severity
from ..model.source import Span
from .printable import printable


def json(diagnostics: Sequence[Diagnostic]) -> str:
    """Return a JSON list with one object for each diagnostic.

    Its keys are `code`, `severity`, `message`, `detail` (what is said at the place, such as
    PostgreSQL's DETAIL), `file`, `line`, `column`, `endLine`, `endColumn`, `hint` and `related`, a
    list of objects with `message` and the five keys of a place. Lines and columns count from 1,
    columns in characters; `endColumn` is that after the last character. The five keys are null for
    a diagnostic without a place.
    """
    objects = [
        {
            "code": diagnostic.code,
            "severity": str(diagnostic.severity),
            "message": diagnostic.message,
            "detail": diagnostic.label.text if diagnostic.label else "",
            **_place(diagnostic.label.span if diagnostic.label else None),
            "hint": diagnostic.hint,
            "related": [
                {"message": label.text, **_place(label.span)}
                for label in diagnostic.related
            ],
        }
        for diagnostic in diagnostics
    ]
    return mask_urls(json_text(objects))


def json_text(value: object) -> str:
    """Return a value as indented JSON without a character on which a terminal would act."""
    text = encoder.dumps(value, ensure_ascii=False, indent=2)
    # The encoder escapes the control characters of ASCII only.
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return a workflow command a line, which GitHub shows beside the lines of a pull request."""
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
        # GitHub accepts columns only for a span within one line.
        if place["endLine"] == place["line"]:
            properties |= {"col": place["column"], "endColumn": place["endColumn"]}
        else:
            properties |= {"endLine": place["endLine"]}
    properties["title"] = diagnostic.code
    parameters = ",".join(
        f"{key}={_property(str(value))}" for key, value in properties.items()
    )
    labels = (*filter(None, [diagnostic.label]), *diagnostic.related)
    parts = [diagnostic.message, *(label.text for label in labels)]
    if diagnostic.hint:
        parts.append(f"hint: {diagnostic.hint}")
    message = _data("\n".join(filter(None, parts)))
    level = "notice" if diagnostic.severity is Severity.NOTE else diagnostic.severity
    return f"::{level} {parameters}::{message}"


def _data(text: str) -> str:
    """Return a message escaped as after the second `::` (actions/toolkit, `escapeData`)."""
    lines = mask_urls(text).replace("%", "%25").replace("\r", "%0D").split("\n")
    return "%0A".join(map(printable, lines))


def _property(text: str) -> str:
    """Return a property's value, escaped (actions/toolkit, `escapeProperty`)."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
