"""A constraint, the columns that a write gives a value -> whether each row that it writes satisfies it. Pure."""

import re
from collections.abc import Callable, Mapping

from ...model.catalog import Catalog, Column, Relation
from ...model.constraints import Constraint, ConstraintKind

PassesNulls = Callable[[Relation, str, frozenset[int]], bool]
"""Tells whether a table's CHECK, by name, lets each row pass with NULL in the columns of these numbers."""

INDEXES = (ConstraintKind.UNIQUE, ConstraintKind.EXCLUSION)
"""The kinds of constraints that an index enforces."""

KEYS = (ConstraintKind.FOREIGN_KEY, ConstraintKind.RESTRICT_KEY)
"""The kinds of foreign keys, seen from the table that refers or from the one that is referred to."""

FUNCTION = re.compile(r":(?:funcid|opfuncid) (\d+)")
"""A call in a tree, with the function's oid."""

_DRAWN = frozenset(
    {"nextval", "gen_random_uuid", "uuidv4", "uuidv7", "uuid_generate_v4"}
)
"""Functions whose values are new each time."""


class HeldConstraints:
    """Tells which constraints no row of a write can violate."""

    def __init__(self, catalog: Catalog, passes_nulls: PassesNulls) -> None:
        self._catalog = catalog
        self._passes_nulls = passes_nulls

    def may_conflict(
        self,
        index: Constraint,
        given: Mapping[str, bool],
        columns: Mapping[str, Column],
    ) -> bool:
        """Return whether an inserted row may conflict with another one."""
        if index.columns is None:
            return True
        # NULLs do not conflict. Columns that only a partition has are not among these.
        left = [columns[n] for n in index.keys if n not in given and n in columns]
        if not index.nulls_conflict and any(
            not column.has_default and not column.identity for column in left
        ):
            return False
        if not given.keys().isdisjoint(index.columns):
            return True
        return not any(map(self._is_drawn, left))

    def holds_for_nulls(
        self, constraint: Constraint, table: Relation, nulled: frozenset[str]
    ) -> bool:
        """Return whether each row with NULL in these columns satisfies a constraint."""
        if constraint.violation.kind in INDEXES:
            return not (constraint.nulls_conflict or nulled.isdisjoint(constraint.keys))
        if constraint.violation.kind in KEYS:
            is_full = "MATCH FULL" in constraint.violation.definition
            return not (is_full or nulled.isdisjoint(constraint.columns or ()))
        return self.passes(constraint, table, nulled)

    def passes(
        self, constraint: Constraint, table: Relation, nulls: frozenset[str]
    ) -> bool:
        """Return whether a constraint is a CHECK that is not false where these columns are NULL."""
        if constraint.violation.kind is not ConstraintKind.CHECK or nulls.isdisjoint(
            constraint.columns or ()
        ):
            return False
        numbers = [n for n, column in table.columns.items() if column.name in nulls]
        return self._passes_nulls(table, constraint.violation.name, frozenset(numbers))

    def _is_drawn(self, column: Column) -> bool:
        """Return whether the default of a column is another one each time."""
        functions = self._catalog.functions
        called = [
            functions[int(oid)].name
            for oid in FUNCTION.findall(column.default)
            if int(oid) in functions
        ]
        return column.identity or not _DRAWN.isdisjoint(called)


def refers_to_nothing(
    key: Constraint, given: Mapping[str, bool], columns: Mapping[str, Column]
) -> bool:
    """Return whether one of a foreign key's columns is left NULL, so that it refers to no row."""
    if "MATCH FULL" in key.violation.definition:
        return False
    left = [columns[n] for n in key.columns or () if n not in given and n in columns]
    return any(not column.has_default and not column.identity for column in left)
