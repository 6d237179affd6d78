"""A query's tokens -> where its output columns stand, as far as its words tell. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from ..model.documentation import DocumentedQuery
from .named_tables import TRIVIA

_END: Final = frozenset(
    {
        *("from", "where", "group", "having", "window", "union", "intersect"),
        *("except", "order", "limit", "offset", "fetch", "for", "into", ";", ""),
    }
)


def output_columns(query: DocumentedQuery) -> list[tuple[int, int, int]]:
    """Return the number, from 1, and the place of output columns: their names, or their last words.

    A `*` stands for the columns that no other item stands for: it is at the first of these. Where the items do
    not tell which column is which, there are none.
    """
    columns = len(query.typed.columns)
    words = [token for token in query.tokens if token.kind not in TRIVIA]
    texts = [query.sql[word.start : word.end].lower() for word in words]
    items = list(_items(texts))
    stars = [n for n, (_, last) in enumerate(items) if texts[last] == "*"]
    if not columns or len(stars) > 1 or len(items) > columns + len(stars):
        return []
    if not stars and len(items) != columns:
        return []
    surplus = columns - len(items)
    places: list[tuple[int, int, int]] = []
    for number, (_, last) in enumerate(items):
        is_after = bool(stars) and number > stars[0]
        word = words[last]
        places.append((number + 1 + (surplus if is_after else 0), word.start, word.end))
    return places


def _items(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last word of each item of the outermost RETURNING, or of its first SELECT."""
    start = _list_start(texts)
    if start < 0:
        return
    depth, first = 0, start
    for n in range(start, len(texts) + 1):
        text = texts[n] if n < len(texts) else ""
        if text in ("(", "["):
            depth += 1
        elif text in (")", "]"):
            depth -= 1
        is_operator = text == "from" and texts[n - 1] == "distinct"
        ends = depth < 0 or (depth == 0 and text in _END and not is_operator)
        if ends or (depth == 0 and text == ","):
            if n > first:
                yield first, n - 1
            first = n + 1
        if ends:
            return


def _list_start(texts: Sequence[str]) -> int:
    """Return the first word of the list of output columns; -1 if there is none."""
    depth = 0
    select = -1
    for n, text in enumerate(texts):
        if text in ("(", "["):
            depth += 1
        elif text in (")", "]"):
            depth -= 1
        elif depth == 0 and text == "returning":
            return n + 1
        elif depth == 0 and text == "select" and select < 0:
            select = n + 1
    # INSERT … SELECT gives rows by RETURNING alone.
    verbs = [text for text in texts if text in ("insert", "update", "delete", "merge")]
    if select < 0 or (verbs and texts[0] not in ("select", "with")):
        return -1
    if texts[select : select + 1] == ["distinct"]:
        select += 1
        if texts[select : select + 1] == ["on"]:
            depth = 0
            for n in range(select + 1, len(texts)):
                depth += {"(": 1, ")": -1}.get(texts[n], 0)
                if not depth:
                    return n + 1
    elif texts[select : select + 1] == ["all"]:
        select += 1
    return select
