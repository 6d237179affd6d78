"""Output columns -> their places in the author's file."""

import re

from ...model.query import Query
from ...model.source import Span
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel

_NAME = r'(?:[^\W\d][\w$]*|"(?:[^"]|"")+")'
_WORD = re.compile(rf"(?:{_NAME}\.)*(?:{_NAME}|\*)|:\w+|\S")


def output_spans(query: Query, level: QueryLevel) -> tuple[Span, ...]:
    """Return the first name, constant or star of each output column, else the query's name."""
    return tuple(word_at(query, start_of(entry.node("expr"))) for entry in level.output)


def characters(text: str, offset: int) -> int:
    """Return the number of characters in the first *offset* bytes of *text*."""
    if text.isascii():
        return min(offset, len(text))
    return len(text.encode()[:offset].decode(errors="ignore"))


def start_of(expression: Node | None) -> int:
    """Return the byte that an expression starts at, -1 if it is not known.

    An operator's own location is between its arguments (`exprLocation` in nodeFuncs.c).
    """
    offsets = [n.location for n in expression.walk()] if expression else []
    return min((offset for offset in offsets if offset >= 0), default=-1)


def word_at(query: Query, offset: int) -> Span:
    """Return the name, constant or sign at a byte of the statement, the query's name for -1."""
    if offset < 0:
        return query.name_span
    source = query.sql.source
    start = query.sql.to_source(characters(query.sql.text, offset))
    word = _WORD.match(source.text, start)
    return Span(source, start, word.end() if word else start)
