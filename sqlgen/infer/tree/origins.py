"""Expressions and output columns -> the table columns that their values come from unchanged."""

from typing import Final

from ...model.catalog import Catalog, Relation
from ...model.description import TableColumn
from ...model.typed import ColumnName
from .enums import RTEKind
from .expressions import unchanged
from .indexed_relation import Origins
from .nodes import Node
from .query_level import QueryLevel, catalog_index

_UNKNOWN: Final[Origins] = frozenset({None})


def output_origin(level: QueryLevel, number: int) -> TableColumn | None:
    """Return the one table column that output column *number* (from 1) of a query comes from.

    None if there is none, or if the arms of a UNION have different ones.
    """
    origins = _output_origins(level, number)
    return next(iter(origins)) if len(origins) == 1 else None


def origin(node: Node, level: QueryLevel) -> TableColumn | None:
    """Return the one table column that a value comes from, through joins, subqueries and views."""
    origins = _origins(node, level)
    return next(iter(origins)) if len(origins) == 1 else None


def column_name(catalog: Catalog, column: TableColumn | None) -> ColumnName | None:
    """Return the full name of a table column, None if the catalog has no such column."""
    relation = catalog_index(catalog).relation(column.table) if column else None
    return relation.names.get(column.number) if relation and column else None


def has_own_returning(relation: Relation) -> bool:
    """Return whether rules or INSTEAD OF triggers decide what RETURNING gives of a relation."""
    return relation.has_rules or any(
        time == "instead of" for time, _ in relation.row_triggers
    )


def _origins(node: Node, level: QueryLevel) -> Origins:
    """Return where a value may come from; nothing for that of a CTE's reference to itself."""
    var = unchanged(node)
    column = level.resolve(var) if var.tag == "VAR" else None
    if column is None:
        return _UNKNOWN
    home, source = column
    if source.kind in (RTEKind.JOIN, RTEKind.GROUP):
        expressions = source.expressions
        return _origins(expressions[0], home) if expressions else _UNKNOWN
    if source.attno <= 0:
        return _UNKNOWN
    query, relation = source.query, source.relation
    if (
        relation
        and source.varno == home.query.number("resultRelation")
        and any(map(has_own_returning, home.written))
    ):
        # A rule may return columns of another table, of which this table's constraints say nothing.
        return relation.origins.get(source.attno, _UNKNOWN) if query else _UNKNOWN
    if relation and not query:
        return relation.origins.get(source.attno, _UNKNOWN)
    if source.entry.flag("self_reference"):
        return frozenset()
    origins = _output_origins(query, source.attno) if query else _UNKNOWN
    if relation and origins == _UNKNOWN:
        return relation.origins.get(source.attno, _UNKNOWN)
    return origins


def _output_origins(level: QueryLevel, number: int) -> Origins:
    """Return where an output column comes from; of set operations, in all arms."""
    origins = level.output_origins.get(number)
    if origins is None:
        origins = level.output_origins[number] = _traced_output(level, number)
    return origins


def _traced_output(level: QueryLevel, number: int) -> Origins:
    if level.arms:
        return frozenset().union(*[_output_origins(arm, number) for arm in level.arms])
    if not 0 < number <= len(level.output):
        return _UNKNOWN
    expression = level.output_expressions[number - 1]
    return _origins(expression, level) if expression else _UNKNOWN
