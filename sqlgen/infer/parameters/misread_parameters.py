"""A statement -> warnings about parameters that PostgreSQL takes for something else than they seem."""

import re
from collections.abc import Iterator
from typing import Final

from ...model.diagnostic import Diagnostic, Label, Severity
from ...model.query import Query
from ...model.source import Span
from ..columns.spans import characters
from ..tree.query_level import QueryLevel

_ONE_VALUE: Final = re.compile(
    r"\b(?P<negated>NOT\s+)?IN\s*\(\s*\$(?P<number>\d+)\s*\)", re.IGNORECASE
)
_NAME: Final = re.compile(r"(?<![\w:\"]):(?P<name>[^\W\d]\w*)(?![\w:])")
"""A name as `:name` is written; no time of day (`10:30`), cast, URL, member of JSON or `[:alpha:]`."""
_STRING: Final = re.compile(
    r"(?P<prefix>[eE])?'(?P<body>(?(prefix)(?:[^'\\]|''|\\.)|(?:[^']|''))*)'", re.DOTALL
)
"""A string; a backslash escapes only in `E'…'`."""
_PATTERN: Final = re.compile(r"\b(?:I?LIKE|SIMILAR\s+TO)\s*\Z", re.IGNORECASE)
_FACE: Final = re.compile(r"[A-Z]")
"""The letters that make a face of a colon, such as `:D`."""


def misread_warnings(query: Query, statement: QueryLevel) -> Iterator[Diagnostic]:
    """Yield a warning for each `IN (:name)`, which is no list, and each `'%:name%'`, which is text."""
    text = query.sql.text
    lists, names = [*_ONE_VALUE.finditer(text)], _NAME.search(text)
    if not lists and not names:
        return
    # The tree tells code from comments and from the inside of other strings.
    places = {
        (node.tag, characters(text, node.location))
        for level in statement.all
        for node in level.query.own
        if node.tag in ("OPEXPR", "CONST") and node.location >= 0
    }
    for match in lists:
        if ("OPEXPR", match.start()) in places:
            yield _one_value(query, match)
    if names:
        constants = sorted([place for tag, place in places if tag == "CONST"])
        strings = [_STRING.match(text, place) for place in constants]
        for match in filter(None, strings):
            yield from _quoted(query, match)


def _one_value(query: Query, match: re.Match[str]) -> Diagnostic:
    parameter = query.parameters[int(match["number"]) - 1]
    name = f":{parameter.name}" if parameter.name else f"${parameter.number}"
    word, equal, any_ = (
        ("NOT IN", "<>", "<> ALL") if match["negated"] else ("IN", "=", "= ANY")
    )
    return Diagnostic(
        code="in-one-value",
        message=f"`{word} ({name})` compares with one value, not with a list",
        label=Label(_span(query, match)),
        hint=f"write `{any_}({name})` for a list, or `{equal} {name}` for one value",
        severity=Severity.WARNING,
    )


def _quoted(query: Query, string: re.Match[str]) -> Iterator[Diagnostic]:
    """Yield a warning for a string in which names seem to be meant as parameters."""
    names = _meant(query, string)
    if not names:
        return
    listed = " and ".join(dict.fromkeys([f"`{name[0]}`" for name in names]))
    one = listed.count("`") == 2
    yield Diagnostic(
        code="quoted-parameter",
        message=f"{listed} {'is' if one else 'are'} text here, and no"
        f" {'parameter' if one else 'parameters'}, because {'it is' if one else 'they are'} in quotes",
        label=Label(_span(query, string)),
        hint=f"write `{_joined(string, names)}`",
        severity=Severity.WARNING,
    )


def _meant(query: Query, string: re.Match[str]) -> list[re.Match[str]]:
    """Return the names in a string that seem to be parameters.

    They are those of the query's own parameters; all, if the string has no other words, or is a pattern of LIKE.
    """
    text = query.sql.text
    names = [*_NAME.finditer(text, *string.span("body"))]
    if not any(character.isalnum() for character in _outside(string, names)):
        return names
    own = {parameter.name for parameter in query.parameters}
    is_pattern = _PATTERN.search(text, 0, string.start()) is not None
    return [
        name
        for name in names
        if name["name"] in own or (is_pattern and not _FACE.fullmatch(name["name"]))
    ]


def _outside(string: re.Match[str], names: list[re.Match[str]]) -> str:
    """Return the string's text without the names."""
    return "".join(_pieces(string, names))


def _pieces(string: re.Match[str], names: list[re.Match[str]]) -> list[str]:
    """Return the texts before, between and after the names."""
    edges = [
        string.start("body"),
        *[edge for name in names for edge in name.span()],
        string.end("body"),
    ]
    return [
        string.string[start:end]
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def _joined(string: re.Match[str], names: list[re.Match[str]]) -> str:
    """Return the expression that has parameters in the places of the names."""
    first, *others = [
        f"{string['prefix'] or ''}'{piece}'" if piece else ""
        for piece in _pieces(string, names)
    ]
    parts = [first]
    for name, piece in zip(names, others, strict=True):
        parts += (name[0], piece)
    return " || ".join([part for part in parts if part])


def _span(query: Query, match: re.Match[str]) -> Span:
    start, end = (query.sql.to_source(offset) for offset in match.span())
    return Span(query.sql.source, start, end)
