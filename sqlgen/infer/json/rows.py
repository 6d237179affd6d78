"""Rows -> the names and expressions of their fields."""

from typing import TypeAlias

from ...model import postgres
from ...model.catalog import CompositeType
from ..nullability.conditions import Condition
from ..nullability.scope import Scope
from ..nullability.three_valued import NOT_NULL
from ..tree.enums import RTEKind
from ..tree.nodes import Node

Fields: TypeAlias = tuple[tuple[str, ...], tuple[Node, ...], Scope]
"""Names and expressions of a row's fields in their order, and the expressions' scope."""


def fields(node: Node, scope: Scope) -> Fields | None:
    """Return the fields of `ROW(…)` or of a relation's row as a whole, None for other rows.

    The scope is that of a row that exists: one that LEFT JOIN does not find is NULL as a whole.
    """
    match node.tag:
        case "ROWEXPR":
            names, values = _names_of_row(node, scope), node.nodes("args")
        case "VAR" if node.number("varattno") == 0:
            numbers = _names_of_relation(node, scope)
            names = tuple(numbers.values())
            values = tuple([_column(node, number) for number in numbers])
            scope = scope.assuming(Condition(node, "the row", NOT_NULL))
        case _:
            return None
    return (names, values, scope) if names and len(names) == len(values) else None


def _names_of_row(node: Node, scope: Scope) -> tuple[str, ...]:
    if node.number("row_typeid") == postgres.RECORD:
        return node.strings("colnames")
    type_ = scope.catalog.types.get(node.number("row_typeid"))
    if not isinstance(type_, CompositeType):
        return ()
    return tuple([field.name for field in type_.fields])


def _names_of_relation(node: Node, scope: Scope) -> dict[int, str]:
    """Return the names of a relation's columns by number, empty if they are not certain.

    A table's row has the table's names whatever its alias says; before PostgreSQL 15 it had the
    alias's. Everything else has those of the query.
    """
    _, source = scope.resolve(node)
    reference = source and source.entry.node("eref")
    if source is None or not reference:
        return {}
    in_query = reference.strings("colnames")
    if source.kind == RTEKind.RELATION:
        if source.relation is None:
            return {}
        columns = source.relation.relation.columns
        names = {number: column.name for number, column in sorted(columns.items())}
        alike = all(n <= len(in_query) and in_query[n - 1] == names[n] for n in names)
        return names if alike else {}
    if (
        source.kind in (RTEKind.SUBQUERY, RTEKind.VALUES, RTEKind.CTE)
        and node.number("vartype") == postgres.RECORD
    ):
        return dict(enumerate(in_query, start=1))
    return {}


def _column(row: Node, number: int) -> Node:
    """Return one column of the same relation, whose type is to be looked up (`vartype` 0)."""
    return row.with_numbers(varattno=number, vartype=0)
