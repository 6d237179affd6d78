"""Indexes, those in the plans of all queries -> the indexes that nothing uses. Pure."""

from collections.abc import Collection, Sequence

from ..explain import TableIndexes
from .findings import UnusedIndex
from .keys import ReferringKey, table_name
from .summaries import Table


def unused_indexes(
    indexes: TableIndexes,
    used: Collection[Table],
    keys: Sequence[ReferringKey],
    ledger: str,
) -> tuple[UnusedIndex, ...]:
    """Return the indexes that are in no plan, enforce nothing, and look up no row for a foreign key.

    Parts of a partitioned index are not told one by one. *ledger* is the table of applied migrations.
    """
    found: list[UnusedIndex] = []
    sources = [(key.source, key.columns) for key in keys]
    for index in indexes.indexes:
        name = (index.schema, index.name)
        table = (index.schema, index.table)
        if (
            index.enforces
            or name in used
            or index.parent != name
            or ledger in (index.table, f"{index.schema}.{index.table}")
            or any(
                source == table and index.columns[0] in columns
                for source, columns in sources
            )
        ):
            continue
        others = [
            other.name
            for other in indexes.of(*table)
            if other.keys[0] == index.keys[0] and (other.schema, other.name) in used
        ]
        found.append(
            UnusedIndex(table_name(name), table_name(table), next(iter(others), ""))
        )
    return tuple(found)
