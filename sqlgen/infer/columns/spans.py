"""Output columns -> where they stand in the author's file."""

import re

from ...model.query import Query
from ...model.source import Span
from ..tree.nodes import Node
from ..tree.query_level import Level

_NAME = r'(?:[^\W\d][\w$]*|"(?:[^"]|"")+")'
_WORD = re.compile(rf"(?:{_NAME}\.)*(?:{_NAME}|\*)|:\w+|\S")


def output_places(query: Query, level: Level) -> tuple[Span, ...]:
    """The first name, constant or star of each output column, else the query's name."""
    return tuple(_place(query, _start(entry.node("expr"))) for entry in level.output)


def characters(text: str, offset: int) -> int:
    """The number of characters in the first *offset* bytes of *text*."""
    if text.isascii():
        return min(offset, len(text))
    return len(text.encode()[:offset].decode(errors="ignore"))


def _start(expression: Node | None) -> int:
    """The byte that an expression starts at, -1 where it is not known.

    An operator's own location is between its arguments (`exprLocation` in nodeFuncs.c).
    """
    found = [n.location for n in expression.walk()] if expression else []
    return min((place for place in found if place >= 0), default=-1)


def _place(query: Query, offset: int) -> Span:
    if offset < 0:
        return query.name_span
    source = query.sql.source
    start = query.sql.to_source(characters(query.sql.text, offset))
    word = _WORD.match(source.text, start)
    return Span(source, start, word.end() if word else start)
