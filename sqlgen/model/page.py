"""The pages of a query, `:page`: the items of its ORDER BY, and the places at which its text is taken apart."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .frozen import frozen
from .order import OrderKey
from .source import Span


@frozen
class PageItem:
    """An item of ORDER BY, `expression [DESC] [NULLS …]`.

    `name` is the name that the expression is, empty for others. `span` is its place in the query file.
    """

    expression: str
    name: str
    descending: bool
    nulls_first: bool
    span: Span

    def column_of(self, names: Sequence[str]) -> int | None:
        """Return the position of the output column that the item is, of those *names*; None for others."""
        return names.index(self.name) if self.name in names else None


@frozen
class PageText:
    """The items of a query's ORDER BY; None stands for the key of its order.

    Keys that are no output columns are selected too, at `list_end` of the server's text, where the SELECT
    list ends; it is None if there is no such list. ORDER BY begins at `order_start`.
    """

    items: tuple[PageItem | None, ...]
    list_end: int | None
    order_start: int

    @property
    def edges(self) -> frozenset[int]:
        """Return the places at which the text is taken apart."""
        return frozenset(
            [self.order_start, *([self.list_end] if self.list_end else [])]
        )

    def moved(self, places: Mapping[int, int]) -> "PageText":
        """Return the same in another text; *places* are those of the edges."""
        return replace(
            self,
            list_end=places[self.list_end] if self.list_end else None,
            order_start=places[self.order_start],
        )

    def sorted_by(self, key: PageItem | None) -> tuple[PageItem, ...]:
        """Return the items of ORDER BY, with that of the order's *key*; None if the rows come in one order."""
        return tuple([item for each in self.items if (item := each or key)])

    def with_keys(self, text: str, keys: Sequence[str]) -> str:
        """Return the statement's *text* without ORDER BY, that selects the *keys* too."""
        end = self.list_end or 0
        more = "".join([f", {key}" for key in keys])
        return f"{text[:end]}{more}{text[end : self.order_start]}".rstrip()


def items_of(key: OrderKey) -> tuple[tuple[str, PageItem], ...]:
    """Return the values by which a call chooses a key of an order, each with its item of ORDER BY."""
    text = key.expression
    if text.startswith('"'):
        name = text[1:-1].replace('""', '"')
    else:
        name = "" if text.startswith("(") else text.lower()
    directions = (False, True) if key.descending is None else (key.descending,)
    return tuple(
        [
            (
                value,
                PageItem(
                    expression=text,
                    name=name,
                    descending=descending,
                    nulls_first=key.nulls == "first" or (descending and not key.nulls),
                    span=key.span,
                ),
            )
            for (value, _), descending in zip(key.choices, directions, strict=True)
        ]
    )
