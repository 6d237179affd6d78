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
_QUOTED: Final = re.compile(r"'(?P<before>[%_]*):(?P<name>[^\W\d]\w*)(?P<after>[%_]*)'")


def misread_warnings(query: Query, statement: QueryLevel) -> Iterator[Diagnostic]:
    """Yield a warning for each `IN (:name)`, which is no list, and each `':name'`, which is text."""
    text = query.sql.text
    lists, strings = [*_ONE_VALUE.finditer(text)], [*_QUOTED.finditer(text)]
    if not lists and not strings:
        return
    # The tree tells code from comments and from the inside of other strings.
    places = {
        (node.tag, characters(text, node.location))
        for level in statement.all
        for node in level.query.own
        if node.tag in ("OPEXPR", "CONST")
    }
    for match in lists:
        if ("OPEXPR", match.start()) in places:
            yield _one_value(query, match)
    for match in strings:
        if ("CONST", match.start()) in places:
            yield _quoted(query, match)


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


def _quoted(query: Query, match: re.Match[str]) -> Diagnostic:
    name = f":{match['name']}"
    outside = [f"'{match['before']}'", name, f"'{match['after']}'"]
    instead = " || ".join(part for part in outside if part != "''")
    return Diagnostic(
        code="quoted-parameter",
        message=f"`{name}` is text here, and no parameter, because it is in quotes",
        label=Label(_span(query, match)),
        hint=f"write `{instead}`",
        severity=Severity.WARNING,
    )


def _span(query: Query, match: re.Match[str]) -> Span:
    start, end = (query.sql.to_source(offset) for offset in match.span())
    return Span(query.sql.source, start, end)
