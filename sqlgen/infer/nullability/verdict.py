"""What inference says of one expression: may it be NULL, and why."""

from collections.abc import Iterable
from enum import Enum, auto
from typing import NamedTuple

from ...model.description import TableColumn


class Elements(Enum):
    """What is known of the elements of an array.

    `STORED`: the array comes from a table or a parameter, where nothing says whether its elements
    may be NULL; the project's setting decides.
    """

    NOT_NULL = auto()
    STORED = auto()
    NULLABLE = auto()


class Verdict(NamedTuple):
    """Whether a value may be NULL, with the reason as a sentence for people.

    `location` is the byte offset into the statement of what the reason is about (the join, the
    condition, the call), or -1. `elements` speaks of arrays only. `origin` is the table column that
    the value comes from unchanged, through joins, views, subqueries and CTEs.
    """

    nullable: bool
    reason: str
    location: int = -1
    elements: Elements = Elements.NULLABLE
    origin: TableColumn | None = None

    @property
    def element_nullable(self) -> bool:
        """Whether elements of the array may be NULL, where a stored array's may not."""
        return self.elements is Elements.NULLABLE

    def but(self, **changes: object) -> "Verdict":
        """The same verdict with some fields changed."""
        return self._replace(**changes)  # type: ignore[arg-type]  # checked by itself


def never(
    reason: str, location: int = -1, elements: Elements = Elements.NULLABLE
) -> Verdict:
    """A value that is proved not to be NULL."""
    return Verdict(False, reason, location, elements)


def maybe(
    reason: str, location: int = -1, elements: Elements = Elements.NULLABLE
) -> Verdict:
    """A value that may be NULL, or of which nothing is proved."""
    return Verdict(True, reason, location, elements)


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """A value that is one of several: NULL if one of them may be, and then for its reason."""
    found = list(verdicts)
    if not found:
        return maybe("nothing is known of it")
    chosen = next((verdict for verdict in found if verdict.nullable), found[0])
    origins = {verdict.origin for verdict in found}
    return chosen.but(
        elements=elements_of(found),
        origin=found[0].origin if len(origins) == 1 else None,
    )


def elements_of(verdicts: Iterable[Verdict]) -> Elements:
    """The elements of an array that is any one of several, or all of them joined."""
    found = [verdict.elements for verdict in verdicts]
    for elements in (Elements.NULLABLE, Elements.STORED):
        if elements in found:
            return elements
    return Elements.NOT_NULL
