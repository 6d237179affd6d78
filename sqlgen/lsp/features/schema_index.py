"""Catalog -> its tables, functions and types by name, as a project's queries see them."""

from collections.abc import Mapping, Sequence
from typing import Final

from ...model.catalog import (
    Catalog,
    Column,
    Relation,
    RelationKind,
    Routine,
    ScalarType,
)
from ...model.frozen import frozen
from ...model.identifiers import quoted

_SYSTEM: Final = frozenset({"pg_catalog", "information_schema", "pg_toast"})
_TABLES: Final = frozenset(RelationKind) - {
    RelationKind.COMPOSITE,
    RelationKind.SEQUENCE,
}
_INTERNAL: Final = frozenset(
    [
        *("internal", "cstring", "trigger", "event_trigger", "pg_ddl_command"),
        *("language_handler", "fdw_handler", "index_am_handler", "table_am_handler"),
        *("tsm_handler",),
    ]
)
"""Pseudo-types of functions that no query can call (PostgreSQL's manual, section 8.21)."""
_PSEUDO: Final = _INTERNAL | {"record", "void", "unknown", '"any"'}


@frozen
class SchemaIndex:
    """The user's tables and views by schema and name, the schemas in which names are looked up, and more.

    `functions` are the user's own and, by name alone, those of PostgreSQL; `types` are the names of types as
    they are written.
    """

    tables: Mapping[tuple[str, str], Relation]
    search_path: tuple[str, ...]
    functions: tuple[Routine, ...]
    system_functions: tuple[str, ...]
    types: tuple[str, ...]

    def table(self, schema: str, name: str) -> Relation | None:
        """Return the table of that name; without a schema, the first on the search path."""
        schemas = (schema,) if schema else self.search_path
        found = (self.tables.get((one, name)) for one in schemas)
        return next((table for table in found if table), None)

    def written(self, table: Relation) -> str:
        """Return the name of a table as a query has to write it."""
        name = quoted(table.name)
        is_found = self.table("", table.name) is table
        return name if is_found else f"{quoted(table.schema)}.{name}"


def schema_index(catalog: Catalog, search_path: Sequence[str]) -> SchemaIndex:
    """Return the index of a catalog."""
    tables = {
        (relation.schema, relation.name): relation
        for relation in catalog.relations.values()
        if relation.kind in _TABLES and relation.schema not in _SYSTEM
    }
    routines = [one for one in catalog.functions.values() if one.kind != "p"]
    system = {
        routine.name
        for routine in routines
        if routine.system
        and routine.name.isidentifier()
        and not _INTERNAL.intersection((routine.result, *routine.arguments))
    }
    types = {type_.display for type_ in catalog.types.values()}
    # Such as timestamptz, which is shorter than its name in the standard.
    types |= {
        type_.name
        for type_ in catalog.types.values()
        if isinstance(type_, ScalarType) and type_.schema == "pg_catalog"
    }
    return SchemaIndex(
        tables,
        tuple(search_path),
        tuple([one for one in routines if not one.system and not one.extension]),
        tuple(sorted(system)),
        tuple(sorted(filter(_is_for_casts, types))),
    )


def _is_for_casts(name: str) -> bool:
    """Return whether a query may cast to a type: to neither a pseudo-type nor a system catalog's row."""
    element = name.removesuffix("[]")
    is_polymorphic = element.startswith("any") and element.isalpha()
    is_system = element.startswith(("pg_", "_", "information_schema."))
    return element not in _PSEUDO and not is_polymorphic and not is_system


def column_of(table: Relation, name: str) -> Column | None:
    """Return the column of that name."""
    return next((one for one in table.columns.values() if one.name == name), None)
