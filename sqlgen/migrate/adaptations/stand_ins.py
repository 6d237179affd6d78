"""Scripts for TimescaleDB -> the same, as a server with our stand-in for it can run them.

PostgreSQL itself knows no option `timescaledb.continuous`: a continuous aggregate becomes an ordinary materialised
view, which has the same columns, and what is set for compression is left out.
"""

import re
from collections.abc import Iterator
from typing import Final

import psycopg
from psycopg.rows import TupleRow

from ... import parse
from .blanks import blanked

_QUOTED: Final = r"'(?:[^']|'')*'"
_OPTIONS: Final = re.compile(
    rf"\b(?:with|set)\s*(?P<list>\((?P<items>(?:{_QUOTED}|[^()'])*)\))", re.IGNORECASE
)
_ITEM: Final = re.compile(rf"(?:{_QUOTED}|[^,'])+,?")
_OF_TIMESCALE: Final = re.compile(r"\s*(?:timescaledb|tsdb)\s*\.", re.IGNORECASE)
_HAS_OPTIONS: Final = re.compile(r"\b(?:timescaledb|tsdb)\s*\.\s*\w", re.IGNORECASE)
_ALTER: Final = re.compile(
    r"alter\s+(?:foreign\s+|materialized\s+)?(?:table|view)\b", re.IGNORECASE
)
_CREATE: Final = re.compile(
    r"create\s+(?:(?:temp|temporary|unlogged|foreign)\s+)?(?:table|materialized\s+view)\b",
    re.IGNORECASE,
)

LOSSY: Final = ("citus", "pg_cron", "pg_partman", "timescaledb")
"""The extensions whose stand-ins do not do what the real ones do: a dump of their databases lacks it."""

_IS_STAND_IN: Final = """
SELECT FROM pg_catalog.pg_available_extensions WHERE name = %s AND comment LIKE '%%stand-in of sqlgen''s'
"""


def has_stand_in(connection: psycopg.Connection[TupleRow], extension: str) -> bool:
    """Return whether the server of *connection* has our stand-in for an extension, not the extension."""
    return connection.execute(_IS_STAND_IN, (extension,)).fetchone() is not None


def without_timescale_options(
    connection: psycopg.Connection[TupleRow], text: str
) -> str:
    """Return the script *text* as this server can run it; every position in it stays the same.

    On a server with the real extension, the text is returned as it is.
    """
    if not _HAS_OPTIONS.search(text) or not has_stand_in(connection, "timescaledb"):
        return text
    spans = [
        span
        for start, end in parse.statements(text)
        for span in _left_out(text, start, end)
    ]
    return blanked(text, spans)


def _left_out(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what is left out of a statement: some options, all of them, or the statement."""
    is_alter = _ALTER.match(text, start, end) is not None
    if not is_alter and not _CREATE.match(text, start, end):
        return
    for options in _OPTIONS.finditer(text, start, end):
        items = list(_ITEM.finditer(text, *options.span("items")))
        ours = [_OF_TIMESCALE.match(item[0]) is not None for item in items]
        if not any(ours):
            continue
        if not all(ours):
            # The comma stands before the item, if it is the last one.
            for item, is_ours in zip(items, ours, strict=True):
                if is_ours:
                    is_last = item.end() == options.end("items")
                    comma = text.rfind(",", options.start("items"), item.start())
                    yield (comma if is_last else item.start()), item.end()
        elif is_alter:
            yield start, end
        else:
            yield options.span()
        return
