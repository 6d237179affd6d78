"""The facts that are the same for all query levels of a statement."""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Final

from ...model.catalog import Catalog, Routine
from ...model.frozen import frozen
from .verdict import Verdict

_DEEPEST: Final = 40
"""The most views and functions within each other that are followed; more means a circle."""


@frozen
class StatementContext:
    """The facts that are the same for all query levels of a statement.

    `parameters` are the verdicts of `$n` by number; one that is missing may be NULL. `never_null`
    are the functions that the user says never give NULL for non-null arguments, as
    `schema.name(type, type)`. `inside` are the oids of the views and functions whose text is being
    followed; `locks` tells that the rows of such a view are locked (FOR UPDATE). With `bodies`, the
    bodies of users' functions are believed; without, values may be older than the bodies. `lengths`
    are the groups of parameters (`TypedParameter.same_length`) whose lists are equally long.
    """

    catalog: Catalog
    parameters: Mapping[int, Verdict] = field(default_factory=dict)
    never_null: frozenset[str] = frozenset()
    inside: tuple[int, ...] = ()
    nullable_elements: bool = False
    locks: bool = False
    bodies: bool = True
    lengths: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_in_volatile(self) -> bool:
        """Return whether this is the body of a VOLATILE function, which sees its caller's changes."""
        functions = [self.catalog.functions.get(oid) for oid in self.inside]
        return any(function is not None and function.volatile for function in functions)

    def is_vouched(self, function: Routine) -> bool:
        """Return whether the user says that the function gives no NULL for non-null arguments."""
        return bool(self.never_null) and (
            f"{function.schema}.{function.signature}" in self.never_null
            or function.signature in self.never_null
        )

    def entering(
        self, oid: int, parameters: Mapping[int, Verdict] | None = None
    ) -> "StatementContext | None":
        """Return the context within a view's or function's own text, None if that is a circle."""
        if oid in self.inside or len(self.inside) >= _DEEPEST:
            return None
        inside = (*self.inside, oid)
        return replace(self, inside=inside, parameters=parameters or {}, lengths={})
