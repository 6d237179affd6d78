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
"""Names and expressions in their order, and the scope that these stand in."""


def fields(node: Node, scope: Scope) -> Fields | None:
    """The fields of `ROW(…)` or of a relation's row as a whole; None for other rows.

    The scope is that of a row that is there: what LEFT JOIN finds no row for is NULL as a whole.
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
    """The names of a relation's columns by number; empty where they are not certain.

    A table's row has the table's names whatever its alias says; before PostgreSQL 15 it had the
    alias's. Everything else has those of the query.
    """
    home = scope.up(node.number("varlevelsup"))
    entry = home.entry(node.number("varno"))
    named = entry and entry.node("eref")
    if entry is None or named is None:
        return {}
    shown = named.strings("colnames")
    kind = entry.number("rtekind")
    if kind == RTEKind.RELATION:
        relation = home.relation(entry)
        if relation is None:
            return {}
        found = {n: column.name for n, column in sorted(relation.columns.items())}
        alike = all(n <= len(shown) and shown[n - 1] == found[n] for n in found)
        return found if alike else {}
    if (
        kind in (RTEKind.SUBQUERY, RTEKind.VALUES, RTEKind.CTE)
        and node.number("vartype") == postgres.RECORD
    ):
        return dict(enumerate(shown, start=1))
    return {}


def _column(row: Node, number: int) -> Node:
    """One column of the same relation, its type to be looked up (`vartype` 0)."""
    return row.having(varattno=number, vartype=0)
