"""A catalog's relation -> the names and origins of its columns, derived once for all queries."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeAlias

from ...model.catalog import Relation
from ...model.description import TableColumn
from ...model.typed import ColumnName

Origins: TypeAlias = frozenset[TableColumn | None]
"""The table columns that values come from unchanged; None among them stands for any other source."""


class IndexedRelation:
    """A table or view with facts about its columns that many queries ask for, by the columns' numbers."""

    def __init__(self, relation: Relation) -> None:
        self.relation = relation
        self.verdicts: dict[tuple[int, str, frozenset[str]], Any] = {}
        """The verdicts that follow from the constraints, which many queries of a project ask for.

        By the column's number, its title, and the functions that the user vouches for.
        """

    @cached_property
    def names(self) -> Mapping[int, ColumnName]:
        """Return the columns' full names."""
        schema, name = self.relation.schema, self.relation.name
        return {
            number: ColumnName(schema, name, column.name)
            for number, column in self.relation.columns.items()
        }

    @cached_property
    def sort_keys(self) -> Mapping[int, str]:
        """Return the columns' full names as text, which lists of columns are sorted by."""
        return {number: str(name) for number, name in self.names.items()}

    @cached_property
    def origins(self) -> Mapping[int, Origins]:
        """Return each column as the only origin of a value."""
        oid = self.relation.oid
        return {n: frozenset({TableColumn(oid, n)}) for n in self.relation.columns}
