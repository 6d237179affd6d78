"""Catalog, (TypedQuery…) -> the columns of tables that no query reads. Pure."""

from collections.abc import Iterable

from ..model.catalog import Catalog, RelationKind
from ..model.postgres import FIRST_NORMAL_OBJECT_ID
from ..model.typed import TypedQuery

_TABLES = frozenset(
    {RelationKind.TABLE, RelationKind.PARTITIONED, RelationKind.FOREIGN_TABLE}
)


def unread_columns(
    catalog: Catalog, queries: Iterable[TypedQuery], ledger: str
) -> tuple[str, ...]:
    """Return the columns that none of the queries reads, as `table.column`, sorted.

    The *ledger* of migrations is left out. A table of a schema other than public has that in front.
    """
    read = {(c.schema, c.relation, c.column) for query in queries for c in query.reads}
    return tuple(
        sorted(
            [
                f"{_table(relation.schema, relation.name)}.{column.name}"
                for relation in catalog.relations.values()
                if relation.oid >= FIRST_NORMAL_OBJECT_ID
                and relation.kind in _TABLES
                and relation.schema not in ("pg_catalog", "information_schema")
                and ledger not in (relation.name, f"{relation.schema}.{relation.name}")
                for column in relation.columns.values()
                if (relation.schema, relation.name, column.name) not in read
            ]
        )
    )


def _table(schema: str, name: str) -> str:
    return name if schema == "public" else f"{schema}.{name}"
