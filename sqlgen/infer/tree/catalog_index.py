"""Catalog -> what follows from it alone, found out once for all queries of a project."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from ...model.catalog import Catalog, Relation
from ...model.description import TableColumn
from ...model.typed import ColumnName
from ..nullability.verdict import Verdict

if TYPE_CHECKING:
    from .query_level import Level


class Schema:
    """The relations of a catalog as queries speak of them."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.views: dict[int, Level | None] = {}
        """The views' queries, as far as they have been asked for; None for other relations."""
        self._tables: dict[int, Table] = {}

    def table(self, oid: int) -> "Table | None":
        """The relation of that oid, if it is one that is known."""
        if oid in self._tables:
            return self._tables[oid]
        relation = self.catalog.relations.get(oid)
        if relation is None:
            return None
        table = self._tables[oid] = Table(relation)
        return table


class Table:
    """A relation, and what is asked of it for many queries."""

    def __init__(self, relation: Relation) -> None:
        self.relation = relation
        self.verdicts: dict[tuple[int, str, frozenset[str]], Verdict] = {}
        """What columns may be by the table's constraints, as far as it has been asked.

        By their numbers, their names for people, and the functions that the user vouches for.
        """

    @cached_property
    def names(self) -> Mapping[int, ColumnName]:
        """The columns' names, by number."""
        schema, name = self.relation.schema, self.relation.name
        return {
            number: ColumnName(schema, name, column.name)
            for number, column in self.relation.columns.items()
        }

    @cached_property
    def shown(self) -> Mapping[int, str]:
        """The same as people write them."""
        return {number: str(name) for number, name in self.names.items()}

    @cached_property
    def origins(self) -> Mapping[int, frozenset[TableColumn | None]]:
        """Each column as the only one that a value comes from."""
        oid = self.relation.oid
        return {n: frozenset({TableColumn(oid, n)}) for n in self.relation.columns}


def schema(catalog: Catalog) -> Schema:
    """What is known of the catalog; that of the last one asked for is kept."""
    if _LAST[0].catalog is not catalog:
        _LAST[0] = Schema(catalog)
    return _LAST[0]


_LAST = [Schema(Catalog(server_version=0))]
