"""Facts that are known or assumed of the rows that an expression is evaluated for."""

from typing import Final, NamedTuple

from ..tree.nodes import Node
from .known import Known
from .three_valued import TRUE


class Assumption(NamedTuple):
    """Values of the query level of that `depth` that are assumed to be NULL.

    All columns of `relations` (numbers of range table entries), single `columns` as pairs of entry
    and column number, or every occurrence of an `expression`. `known` is what is known of other
    columns.
    """

    depth: int
    relations: frozenset[int] = frozenset()
    columns: frozenset[tuple[int, int]] = frozenset()
    expression: Node | None = None
    known: Known | None = None


SURROUNDING: Final = "the surrounding query"
"""The `clause` of a condition that the query around this one has on one of its columns."""


class Condition(NamedTuple):
    """An expression whose outcome is one of those `allowed` for every row; `clause` is for people."""

    expression: Node
    clause: str
    allowed: int = TRUE
