"""The catalog -> the row types of the schema's own tables."""

from ..model.catalog import Catalog, CompositeType
from .tree.types import with_proved_fields


def table_rows(catalog: Catalog) -> tuple[CompositeType, ...]:
    """Return the types of the rows that tables have, with what constraints prove, by schema and name."""
    tables = {
        (relation.schema, relation.name): relation
        for relation in catalog.relations.values()
        if relation.own_table
    }
    rows = [
        with_proved_fields(type_, table)
        for type_ in catalog.types.values()
        if isinstance(type_, CompositeType)
        and type_.is_relation
        and (table := tables.get((type_.schema, type_.name)))
    ]
    return tuple(
        sorted(
            [row for row in rows if isinstance(row, CompositeType)],
            key=lambda row: (row.schema, row.name),
        )
    )
