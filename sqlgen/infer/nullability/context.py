"""What is the same on all levels of a statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ...model.catalog import Catalog, Function
from ..tree import nodes
from ..tree.nodes import Node
from .verdict import Verdict


@dataclass(frozen=True, slots=True)
class Context:
    """What is the same on all levels of a statement.

    `parameters` are the verdicts of `$n` by number; one that is missing may be NULL. `never_null`
    are the functions that the user says never give NULL for non-null arguments, as
    `schema.name(type, type)`. `inside` are the views and functions whose text is being followed;
    `locks` tells that the rows of such a view are locked (FOR UPDATE), `bodies` that what users'
    functions do now is what they did when the values were made.
    """

    catalog: Catalog
    parameters: Mapping[int, Verdict] = field(default_factory=dict)
    never_null: frozenset[str] = frozenset()
    inside: tuple[int, ...] = ()
    nullable_elements: bool = False
    locks: bool = False
    bodies: bool = True

    def vouches(self, function: Function) -> bool:
        """Whether the user says that the function never gives NULL for what is not NULL."""
        return bool(self.never_null) and (
            f"{function.schema}.{function.signature}" in self.never_null
            or function.signature in self.never_null
        )

    def entering(
        self, oid: int, parameters: Mapping[int, Verdict] | None = None
    ) -> "Context | None":
        """The context within a view's or function's own text; None where that leads in circles."""
        if oid in self.inside or len(self.inside) >= _DEEPEST:
            return None
        return replace(self, inside=(*self.inside, oid), parameters=parameters or {})


@lru_cache(maxsize=4096)
def stored(tree: str) -> Node | None:
    """A tree of the catalog: a view's, a CHECK's, a function's."""
    return nodes.query(tree)


_DEEPEST = 40
"""How many views and functions within each other are followed; more means a circle."""
