"""TypedQuery -> the constant that makes pages of its rows, and the text that selects their keys."""

from collections.abc import Sequence
from itertools import accumulate

from ..model.catalog import EnumType
from ..model.frozen import frozen
from ..model.page import PageItem, items_of
from ..model.python import Choices, KeyOfPages, Pages
from ..model.typed import PageKey, TypedQuery
from . import names
from .sql import RunningStatement, named, type_name


@frozen
class PagedStatement:
    """The text of a statement that selects the keys of its pages too, and the constant that makes them.

    `choices` are the keys that the order puts into the text, None if there are none.
    """

    text: str
    choices: Choices | None
    pages: Pages


def paged(
    query: TypedQuery,
    running: RunningStatement,
    columns: int,
    module: str,
    *,
    is_named: bool,
) -> PagedStatement | None:
    """Return the statement of a `:page` query; None for others.

    *columns* is the number of columns that the *running* statement has. If it *is_named*, statements end with
    the query's name as a comment.
    """
    own = query.query
    if own.page is None:
        return None
    known = [c.name + (c.override.text if c.override else "") for c in query.columns]
    fixed = [
        item.expression
        for item in own.page.items
        if item and item.column_of(known) is None
    ]
    ends = [*accumulate(map(len, own.page_orders), initial=0)]
    by_choice: list[tuple[str, tuple[KeyOfPages, ...]]] = []
    of_order: list[tuple[str, str]] = []
    if own.order is None:
        keys = _keys(own.page_orders[0], query.page_keys, known, None)
        by_choice.append(("", keys))
    else:
        for number, key in enumerate(own.order.keys):
            types = query.page_keys[ends[number] : ends[number + 1]]
            for value, item in items_of(key):
                is_hidden = item.column_of(known) is None
                keys = _keys(own.page.sorted_by(item), types, known, item)
                by_choice.append((value, keys))
                of_order.append((value, item.expression if is_hidden else "NULL"))
    selected = [*fixed]
    choices = None
    if any(expression != "NULL" for _, expression in of_order):
        assert own.order is not None
        mark = f":{own.order.name}"
        while mark in running.text:
            mark += "_"
        selected.append(mark)
        choices = Choices(place=mark, items=tuple(of_order), most=0)
    text = own.page.moved(running.places).with_keys(running.text, selected)
    return PagedStatement(
        text,
        choices,
        Pages(
            name=names.constant_name(f"{own.name}_pages"),
            title=f"{module.removeprefix('.')}.{own.name}",
            columns=columns,
            hidden=len(selected),
            keys=tuple(by_choice),
            comment=named("", module, own.name).strip() if is_named else "",
        ),
    )


def _keys(
    items: Sequence[PageItem],
    types: Sequence[PageKey],
    known: Sequence[str],
    chosen: PageItem | None,
) -> tuple[KeyOfPages, ...]:
    """Return the keys of an order; the hidden one of the *chosen* item comes after the others."""
    hidden = [
        item for item in items if item.column_of(known) is None and item is not chosen
    ]
    return tuple(
        [
            KeyOfPages(
                column=(
                    f"c{place + 1}"
                    if (place := item.column_of(known)) is not None
                    else f"k{len(hidden) + 1 if item is chosen else hidden.index(item) + 1}"
                ),
                type=type_name(key.type),
                descending=item.descending,
                nullable=key.nullable,
                nulls_first=item.nulls_first,
                labels=key.type.labels if isinstance(key.type, EnumType) else (),
            )
            for item, key in zip(items, types, strict=True)
        ]
    )
