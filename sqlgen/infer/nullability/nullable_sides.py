"""The sides of outer joins that may be missing from a row."""

from dataclasses import dataclass, field
from typing import NamedTuple

from ..tree.nodes import Node
from .conditions import Condition


class NullableSide(NamedTuple):
    """The side of an outer join whose columns are all NULL where it has no matching row.

    `relations` are the numbers of the range table entries on that side, `others` those on the other
    side. `conditions` hold for the rows that have the side.
    """

    relations: frozenset[int]
    others: frozenset[int]
    conditions: tuple[Condition, ...]
    join: Node
    reason: str


@dataclass(slots=True)
class JoinedRows:
    """The rows that FROM and WHERE make: their conditions and nullable sides, innermost joins first.

    `present` says of relations on an outer join's nullable side why they are in every row.
    """

    conditions: list[Condition] = field(default_factory=list)
    nullable_sides: list[NullableSide] = field(default_factory=list)
    present: dict[int, str] = field(default_factory=dict)

    def nullable_side(self, varno: int) -> NullableSide | None:
        """Return the innermost side that the relation may be missing with."""
        for side in self.nullable_sides:
            if varno in side.relations:
                return side
        return None

    def with_side(self, side: NullableSide) -> "JoinedRows":
        """Return the same for only those rows that have the *side*."""
        return JoinedRows(
            [*self.conditions, *side.conditions],
            [other for other in self.nullable_sides if other is not side],
            self.present,
        )
