"""Query -> the argument that chooses the order of its rows, and what it chooses from."""

from collections.abc import Iterable, Sequence

from ..model.python import Alias, Choices, Generic, LiteralOf, Named, OrderArgument
from ..model.query import Query
from . import names
from .sql import RunningStatement
from .types.python_types import SEQUENCE


def ordered(query: Query, running: RunningStatement) -> tuple[str, Choices | None]:
    """Return the text of the *running* statement with a mark for its order, and the choices.

    The mark stands nowhere else in the text. There are no choices if the rows come in one order.
    """
    order = query.order
    if order is None:
        return running.text, None
    before = running.text[: running.places[order.start]]
    after = running.text[running.places[order.end] :]
    mark = f":{order.name}"
    while mark in before or mark in after:
        mark += "_"
    choices = Choices(place=mark, items=order.choices, most=order.most)
    return f"{before}{mark}{after}", choices


def order_argument(
    query: Query, alias: Named, taken: Iterable[str], numbers: Sequence[int]
) -> OrderArgument | None:
    """Return the argument that chooses the order; None if the rows come in one order.

    *numbers* are those of the parameters in the order of the signature, *taken* names that it cannot have.
    """
    order = query.order
    if order is None:
        return None
    before = {p.number for p in query.sql.placeholders if p.start < order.start}
    [name] = names.argument_names([order.name], taken)
    return OrderArgument(
        name=name,
        type=Generic(SEQUENCE, (alias,)) if order.most else alias,
        default=order.choices[0][0],
        several=order.most > 0,
        place=len([number for number in numbers if number in before]),
    )


def order_alias(query: Query) -> Alias | None:
    """Return the alias for the values that choose the order; None if the rows come in one order."""
    order = query.order
    if order is None:
        return None
    return Alias(
        names.class_name(f"{query.name}_{order.name}"),
        LiteralOf(tuple([value for value, _ in order.choices])),
        f"What the rows of `{query.name}` can be sorted by; `-` means descending.",
    )
