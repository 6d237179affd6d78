"""The orders that a call may choose for the rows of a query: `-- sqlgen: order NAME by KEY | KEY`."""

from collections.abc import Mapping
from dataclasses import replace
from math import factorial

from .frozen import frozen
from .source import Span


@frozen
class OrderKey:
    """A key that rows can be sorted by.

    `label` is its name for callers. `expression` is what stands in ORDER BY: the name of a column, or an
    expression in parentheses. `descending` is None if the caller chooses the direction. `nulls` is
    `first`, `last`, or empty for PostgreSQL's usual place. `span` is the whole key in the directive.
    """

    label: str
    expression: str
    descending: bool | None
    nulls: str
    span: Span

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """Return the values by which a call chooses the key, each with its item of ORDER BY."""
        if self.descending is not None:
            return ((self.label, self._item(descending=self.descending)),)
        return (
            (self.label, self._item(descending=False)),
            (f"-{self.label}", self._item(descending=True)),
        )

    def _item(self, *, descending: bool) -> str:
        direction = " DESC" if descending else ""
        nulls = f" NULLS {self.nulls.upper()}" if self.nulls else ""
        return f"{self.expression}{direction}{nulls}"


@frozen
class Order:
    """The parameter `name`, which chooses one of the `keys`, or a sequence of up to `most`, if not 0.

    The item of the first choice stands at `[start:end]` of the server's text. `span` is the parameter's
    place in the query file.
    """

    name: str
    keys: tuple[OrderKey, ...]
    most: int
    start: int
    end: int
    span: Span

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """Return the values of all keys, each with its item of ORDER BY; the first is the default."""
        return tuple([choice for key in self.keys for choice in key.choices])

    @property
    def count(self) -> int:
        """Return how many orders there are."""
        if not self.most:
            return len(self.choices)
        # Sequences of different keys: `counts[n]` are the ways to choose n keys with their directions.
        counts = [1, *[0] * self.most]
        for key in self.keys:
            for size in range(self.most, 0, -1):
                counts[size] += counts[size - 1] * len(key.choices)
        return sum(
            [factorial(size) * count for size, count in enumerate(counts) if size]
        )

    def moved(self, places: Mapping[int, int]) -> "Order":
        """Return the order of the same statement in another text; *places* are those of the item's edges."""
        return replace(self, start=places[self.start], end=places[self.end])

    def in_place(self, text: str, item: str) -> str:
        """Return the statement's *text* with another *item* in the place of the first choice."""
        return text[: self.start] + item + text[self.end :]
