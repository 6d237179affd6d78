"""A catalog, in which relations and types are found by name. Pure."""

from functools import cached_property

from ..model.catalog import Catalog, Column, CompositeField, CompositeType, Relation
from ..model.typed import ColumnName


class Schema:
    """A catalog, in which relations and types are found by name."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def relation(self, schema: str, name: str) -> Relation | None:
        """Return the relation of that name; None if there is none."""
        return self._relations.get((schema, name))

    def column(self, name: ColumnName) -> Column | None:
        """Return the column of that name; None if there is none."""
        relation = self.relation(name.schema, name.relation)
        columns = relation.columns.values() if relation else ()
        return next((c for c in columns if c.name == name.column), None)

    def attribute(self, type_: CompositeType, name: str) -> CompositeField | None:
        """Return the attribute of a type of the same name as *type_*; None if there is none."""
        composite = self._composites.get((type_.schema, type_.name))
        fields = composite.fields if composite else ()
        return next((field for field in fields if field.name == name), None)

    @cached_property
    def _relations(self) -> dict[tuple[str, str], Relation]:
        return {(r.schema, r.name): r for r in self.catalog.relations.values()}

    @cached_property
    def _composites(self) -> dict[tuple[str, str], CompositeType]:
        types = self.catalog.types.values()
        return {(t.schema, t.name): t for t in types if isinstance(t, CompositeType)}
