"""A diagnostic -> the changes that its hint names."""

import re
from collections.abc import Iterator
from typing import Final

from ...build.live_state import LiveFile
from ...lint.linting import CODES
from ...model.diagnostic import Diagnostic
from ...model.query import WARNINGS
from .results import CodeAction, FilePlace, TextEdit
from .sections import is_in_comment_or_string, section_at

_WRITE: Final = re.compile(r"(?:^|, )(?:write|or) `(?P<text>[^`]+)`")
_CAST: Final = re.compile(
    r"(?:write|cast) `(?P<first>[:$]\w+[!?]?(?:::[^`]+)?)`"
    r"(?: to the type that it has, such as `(?P<example>[^`]+)`)?"
)
_IN: Final = re.compile(r"(?:NOT\s+)?IN\s*\Z", re.IGNORECASE)
_PARAMETER: Final = re.compile(r"(?::[^\W\d]\w*|\$\d+)[!?]?")
_MARKED: Final = re.compile(r'"(?P<name>[^"!?:]+)[!?](?P<type>\s*:\s*[^"!?:]+)?"')
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]*")
_PERHAPS: Final = re.compile(
    r'Perhaps you meant to reference the column "(?P<name>[\w.]+)"'
)
_REPLACED: Final = frozenset(
    [
        *("unknown-directive", "unknown-warning", "bad-query-name", "bad-row-name"),
        *("bad-parameter-class", "bad-parameter-name", "quoted-parameter", "42P01"),
        *("in-one-value", "22P02"),
    ]
)
"""The codes of diagnostics whose label is what the hint says to write otherwise."""


def code_actions(
    text: str, diagnostic: Diagnostic, file: LiveFile | None
) -> tuple[CodeAction, ...]:
    """Return the changes of *text* that fix a diagnostic; *file* is None in a migration."""
    if diagnostic.label is None:
        return ()
    return (
        *_fixes(text, diagnostic),
        *_allowed(text, diagnostic, file),
    )


def _fixes(text: str, diagnostic: Diagnostic) -> Iterator[CodeAction]:
    label = diagnostic.label
    assert label is not None
    path, start, end = label.span.source.path, label.span.start, label.span.end
    written = text[start:end]

    def action(new: str, first: int = start, last: int = end) -> CodeAction:
        edit = TextEdit(FilePlace(path, first, last), new)
        title = f"Write `{new}`" if new else "Remove it"
        return CodeAction(title, diagnostic, (edit,))

    if diagnostic.code == "redundant-override":
        match = _MARKED.search(text, start, end)
        if match:
            name = match["name"]
            plain = name if _NAME.fullmatch(name) else f'"{name}"'
            new = f'"{name}{match["type"]}"' if match["type"] else plain
            yield action(new, *match.span())
        elif written[-1:] in ("!", "?"):
            yield action(written[:-1])
        return
    if match := _PERHAPS.search(diagnostic.hint):
        yield action(match["name"])
        return
    if diagnostic.code == "unknown-command":
        for match in _WRITE.finditer(diagnostic.hint):
            yield action(match["text"].removeprefix(":"))
        return
    if diagnostic.code in _REPLACED:
        for match in _WRITE.finditer(diagnostic.hint):
            yield action(match["text"])
        return
    if "the parameter is an array" in diagnostic.hint:
        operator, match = (
            _IN.search(text, 0, start),
            _WRITE.search(diagnostic.hint),
        )
        parameter = _PARAMETER.match(text, start)
        if operator and match and parameter:
            yield action(match["text"], operator.start(), parameter.end())
        return
    if match := _CAST.search(diagnostic.hint):
        cast = match["example"] or match["first"]
        parameter = _PARAMETER.match(cast)
        place = parameter and _same_parameter(text, parameter[0], start, end)
        if place and "::" in cast:
            yield action(cast, *place)


def _same_parameter(
    text: str, parameter: str, start: int, end: int
) -> tuple[int, int] | None:
    """Return the place nearest to a diagnostic at which its query names a parameter without a cast."""
    section = section_at(text, start)
    pattern = re.compile(rf"{re.escape(parameter)}(?![\w:!?]|\s*::)")
    places = [
        match.span()
        for match in pattern.finditer(text, section.header_end, section.end)
        if not is_in_comment_or_string(section, match.start())
    ]
    # An operator has its operands at both sides.
    return min(
        places, key=lambda place: max(start - place[1], place[0] - end, 0), default=None
    )


def _allowed(
    text: str, diagnostic: Diagnostic, file: LiveFile | None
) -> Iterator[CodeAction]:
    """Yield the line that says that a warning is meant."""
    label, code = diagnostic.label, diagnostic.code
    if label is None or diagnostic.severity.value != "warning":
        return
    path = label.span.source.path
    if file and code in WARNINGS:
        section = section_at(text, label.span.start)
        newline = text.find("\n", section.header_end)
        place = newline + 1 if section.name and newline >= 0 else section.start
    elif not file and code in CODES:
        first = re.match(r"-- no-transaction[^\n]*\n", text)
        place = first.end() if first else 0
    else:
        return
    edit = TextEdit(FilePlace(path, place, place), f"-- sqlgen: allow {code}\n")
    title = f"Allow `{code}` here"
    yield CodeAction(title, diagnostic, (edit,), is_preferred=False)
