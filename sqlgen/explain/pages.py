"""A `:page` query -> the statements that read its first and a next page. Pure.

They are those that the generated function sends (`render/runtime/pages.py`), without what makes the token.
"""

from collections.abc import Iterator, Sequence

from ..model.frozen import frozen
from ..model.page import PageItem, items_of
from ..model.query import Part
from ..model.typed import PageKey, TypedQuery
from .conditions import quoted
from .edits import edited

_SIZE = 100


@frozen
class PageKeys:
    """The items of ORDER BY by which pages are read, their types, and the choice that has them.

    `choice` is empty if the rows come in one order.
    """

    choice: str
    items: tuple[PageItem, ...]
    types: tuple[PageKey, ...]


def page_keys(typed: TypedQuery) -> tuple[PageKeys, ...]:
    """Return the keys for each choice of the order; none without pages."""
    query = typed.query
    if query.page is None:
        return ()
    if query.order is None:
        return (PageKeys("", query.page_orders[0], typed.page_keys),)
    found: list[PageKeys] = []
    start = 0
    for key, items in zip(query.order.keys, query.page_orders, strict=True):
        types = typed.page_keys[start : start + len(items)]
        start += len(items)
        for choice, item in items_of(key):
            found.append(PageKeys(choice, query.page.sorted_by(item), types))
    return tuple(found)


def page_statements(
    typed: TypedQuery, keys: PageKeys, left_out: Sequence[Part]
) -> Iterator[str]:
    """Yield the statements of the first and a next page, whose keys are parameters behind the query's own.

    They are without the conditions *left_out*.
    """
    page = typed.query.page
    assert page is not None
    names = [c.name + (c.override.text if c.override else "") for c in typed.columns]
    columns: list[str] = []
    hidden: list[str] = []
    for item in keys.items:
        if item.column_of(names) is None:
            alias = f"sqlgen_key_{len(hidden) + 1}"
            hidden.append(f", ({item.expression}) AS {alias}")
            columns.append(f"page.{alias}")
        else:
            columns.append(f"page.{quoted(item.name)}")
    text = typed.query.sql.text
    edits = [(part.start, part.end, "(true)") for part in left_out]
    if hidden:
        place = page.list_end or 0
        edits.append((place, place, "".join(hidden)))
    edits.append((page.order_start, len(text), ""))
    rows = f"SELECT * FROM (\n{edited(text, edits).rstrip()}\n) AS page"
    order = ", ".join(map(_item, columns, keys.items, keys.types))
    last = f"ORDER BY {order} LIMIT {_SIZE}"
    yield f"{rows}\n{last}"
    count = max([parameter.number for parameter in typed.parameters], default=0)
    yield f"{rows}\nWHERE {_after(columns, keys, count)}\n{last}"


def _item(column: str, item: PageItem, key: PageKey) -> str:
    direction = " DESC" if item.descending else ""
    if not key.nullable or item.nulls_first is item.descending:
        return column + direction
    return f"{column}{direction} NULLS {'FIRST' if item.nulls_first else 'LAST'}"


def _after(columns: Sequence[str], keys: PageKeys, count: int) -> str:
    """Return the condition that a row comes after one whose keys, none of them NULL, are the last parameters."""
    values = [f"${count + n}" for n in range(1, len(columns) + 1)]
    directions = {item.descending for item in keys.items}
    if len(directions) == 1 and not any(key.nullable for key in keys.types):
        operator = "<" if keys.items[0].descending else ">"
        return f"({', '.join(columns)}) {operator} ({', '.join(values)})"
    condition = ""
    for column, value, item, key in reversed(
        [*zip(columns, values, keys.items, keys.types, strict=True)]
    ):
        later = f"{column} {'<' if item.descending else '>'} {value}"
        if key.nullable and not item.nulls_first:
            later += f" OR {column} IS NULL"
        same = f" OR {column} = {value} AND ({condition})" if condition else ""
        condition = later + same
    first, key = keys.items[0], keys.types[0]
    if key.nullable and not first.nulls_first:
        return condition
    operator = "<=" if first.descending else ">="
    return f"{columns[0]} {operator} {values[0]} AND ({condition})"
