"""A catalog, in which relations and types are found by name, with the definitions of objects. Pure."""

from functools import cached_property

from ..model.catalog import Catalog, Column, CompositeField, CompositeType, Relation
from ..model.definitions import Definitions
from ..model.typed import ColumnName
from .identities import Identities


class Schema:
    """A catalog, in which relations and types are found by name, with the definitions of objects.

    `identities` tell what is the same as in another schema, None where that is not known.
    """

    def __init__(
        self,
        catalog: Catalog,
        definitions: Definitions,
        identities: Identities | None = None,
    ) -> None:
        self.catalog, self.definitions = catalog, definitions
        self.identities = identities

    @cached_property
    def set_returning(self) -> frozenset[str]:
        """Return the names of the functions that may give several rows."""
        functions = self.catalog.functions.values()
        return frozenset([one.name for one in functions if one.returns_set])

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
