"""A typed query and the tokens of its statement -> the places of its output columns."""

from collections.abc import Iterator, Sequence

from ...model.frozen import frozen
from ...model.typed import TypedQuery
from .sections import SqlWord

_AFTER_LIST = (
    *("from", "into", "where", "group", "having", "window", "union", "intersect"),
    *("except", "order", "limit", "offset", "fetch", "for"),
)


@frozen
class OutputItem:
    """An item of SELECT or RETURNING at `[start:end]`, and the columns of the result that it gives.

    `columns` are positions, from 0; a `*` has many.
    """

    start: int
    end: int
    columns: tuple[int, ...]


def output_items(typed: TypedQuery, words: Sequence[SqlWord]) -> tuple[OutputItem, ...]:
    """Return the items of the result; none where the words do not add up to the columns."""
    items = list(_items(words))
    sql = typed.query.sql
    stars = [
        (sql.to_source(star.start), len(star.columns))
        for star in typed.stars
        if not star.columns[:1] or not star.columns[0].startswith("ROW(")
    ]
    found: list[OutputItem] = []
    column = 0
    for item in items:
        start, end = item[0].start, item[-1].end
        width = sum(count for place, count in stars if start <= place < end)
        width = width if item[-1].text == "*" and width else 1
        found.append(OutputItem(start, end, tuple(range(column, column + width))))
        column += width
    return tuple(found) if column == len(typed.columns) else ()


def output_names(words: Sequence[SqlWord]) -> tuple[str, ...]:
    """Return the names of the items of a SELECT that *words* begin with, as far as they are written."""
    names = [item[-1].name for item in _items(words) if item[-1].name or len(item) == 1]
    return tuple([name for name in names if name])


def _items(words: Sequence[SqlWord]) -> Iterator[Sequence[SqlWord]]:
    """Yield the items of the statement's RETURNING, or else of its first SELECT, as their words."""
    if not words:
        return
    outer = words[0].group
    starts = [
        index
        for index, word in enumerate(words)
        if word.group == outer and word.is_word("select", "returning")
    ]
    returning = [index for index in starts if words[index].is_word("returning")]
    if not starts:
        return
    index = (returning[-1] if returning else starts[0]) + 1
    if index < len(words) and words[index].is_word("all", "distinct"):
        index += 1
        if index < len(words) and words[index].is_word("on"):
            index += 2
            while index < len(words) and words[index].group != outer:
                index += 1
            index += 1
    item: list[SqlWord] = []
    for word in words[index:]:
        is_own = word.group == outer
        if is_own and (
            word.text == ";" or (word.is_word(*_AFTER_LIST) and not _is_from_of(item))
        ):
            break
        if is_own and word.text == ")" and outer >= 0:
            break
        if is_own and word.text == ",":
            if item:
                yield item
            item = []
            continue
        item.append(word)
    if item:
        yield item


def _is_from_of(item: Sequence[SqlWord]) -> bool:
    """Return whether FROM belongs to `IS DISTINCT FROM`."""
    return bool(item) and item[-1].is_word("distinct")
