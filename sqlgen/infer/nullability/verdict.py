"""The verdict on one expression: whether it may be NULL, and why."""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Final, NamedTuple

from ...model.description import TableColumn
from ..tree.array_shapes import ASSUMED, NO_SHAPE, Shapes


class Elements(Enum):
    """An answer to whether the elements of an array may be NULL.

    `STORED`: the array comes from a table or a parameter, where nothing says whether its elements
    may be NULL; the project's setting decides.
    """

    NOT_NULL = auto()
    STORED = auto()
    NULLABLE = auto()


ANY_TABLE: Final = -1
"""The `table` of a NULL or of an empty array: it has no fields that could be NULL."""


class Verdict(NamedTuple):
    """The verdict on a value: whether it may be NULL, with the reason as a sentence for people.

    `location` is the byte offset into the statement of what the reason is about (the join, the
    condition, the call), or -1. `elements` speaks of arrays only. `origin` is the table column that
    the value comes from unchanged, through joins, views, subqueries and CTEs. `table` is the oid of
    the table that the value is a whole row of, or each element of the array: only of such rows the
    table's NOT NULL proves fields. It is the negative oid of a view for rows that the view has shown, and
    0 for all other values. `shapes` are those of an array, as far
    as the statement shows them.
    """

    nullable: bool
    reason: str
    location: int = -1
    elements: Elements = Elements.NULLABLE
    origin: TableColumn | None = None
    table: int = 0
    shapes: Shapes = ASSUMED

    @property
    def element_nullable(self) -> bool:
        """Return whether elements of the array may be NULL, if those of stored arrays are not."""
        return self.elements is Elements.NULLABLE

    def but(self, **changes: object) -> "Verdict":
        """Return the same verdict with some fields changed."""
        return self._replace(**changes)  # type: ignore[arg-type]  # checked by itself


def never(
    reason: str, location: int = -1, elements: Elements = Elements.NULLABLE
) -> Verdict:
    """Return the verdict on a value that is proved not to be NULL."""
    return Verdict(False, reason, location, elements)


def maybe(
    reason: str, location: int = -1, elements: Elements = Elements.NULLABLE
) -> Verdict:
    """Return the verdict on a value that may be NULL, or of which nothing is proved."""
    return Verdict(True, reason, location, elements)


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict on a value that is one of several.

    It may be NULL if one of them may be, and then for that one's reason.
    """
    values = list(verdicts)
    if not values:
        return maybe("nothing is known of it")
    chosen = next((verdict for verdict in values if verdict.nullable), values[0])
    origins = {verdict.origin for verdict in values}
    return chosen.but(
        elements=elements_of(values),
        origin=values[0].origin if len(origins) == 1 else None,
        table=table_of(values),
        shapes=shapes_of(values),
    )


def elements_of(verdicts: Iterable[Verdict]) -> Elements:
    """Return whether elements may be NULL in an array that is one of several, or all joined."""
    known = [verdict.elements for verdict in verdicts]
    for elements in (Elements.NULLABLE, Elements.STORED):
        if elements in known:
            return elements
    return Elements.NOT_NULL


def shapes_of(verdicts: Iterable[Verdict]) -> Shapes:
    """Return the shapes of an array that is one of several."""
    return NO_SHAPE.union(*[verdict.shapes for verdict in verdicts])


def table_of(verdicts: Iterable[Verdict]) -> int:
    """Return the table that all the values, or their elements, are rows of, 0 if there is none."""
    tables = {verdict.table for verdict in verdicts} - {ANY_TABLE}
    if not tables:
        return ANY_TABLE
    return tables.pop() if len(tables) == 1 else 0
