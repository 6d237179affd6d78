"""Columns of relations and expressions -> their types, which the tree often has no field for."""

from typing import Final

from ...model.catalog import ArrayType, Catalog, CompositeType, PgType
from ...model.postgres import BOOL
from .enums import RTEKind, SubLinkType
from .nodes import Node
from .query_level import Source
from .types import base_type, type_of

_BOOLEANS: Final = frozenset(
    {"BOOLEXPR", "NULLTEST", "BOOLEANTEST", "DISTINCTEXPR", "SCALARARRAYOPEXPR"}
)
"""Nodes that give a boolean and do not say so."""


def column_type(source: Source, number: int, catalog: Catalog) -> PgType | None:
    """Return the type of column *number* of a relation in FROM, None if it is not known."""
    expression = None
    match source.kind:
        case RTEKind.RELATION:
            columns = source.relation.relation.columns if source.relation else {}
            column = columns.get(number)
            return column.type if column else None
        case RTEKind.SUBQUERY | RTEKind.CTE:
            output = source.query.output if source.query else ()
            if number <= len(output):
                expression = output[number - 1].node("expr")
        case RTEKind.VALUES:
            rows = source.entry.lists("values_lists")
            if rows and number <= len(rows[0]):
                expression = rows[0][number - 1]
        case RTEKind.FUNCTION:
            return _function_column(source.entry, number, catalog)
        case _:
            return None
    return inferred_type(expression, catalog) if expression else None


def inferred_type(expression: Node, catalog: Catalog) -> PgType | None:
    """Return the type of an expression within a query, None if the tree does not say it."""
    types = catalog.types
    if expression.tag in _BOOLEANS:
        return types.get(BOOL)
    if expression.tag != "SUBLINK":
        return types.get(type_of(expression))
    query = expression.node("subselect")
    kind = expression.number("subLinkType")
    if kind not in (SubLinkType.EXPR, SubLinkType.ARRAY):
        return types.get(BOOL)
    output = query.nodes("targetList") if query else ()
    value = output[0].node("expr") if output else None
    type_ = inferred_type(value, catalog) if value else None
    if kind == SubLinkType.EXPR or type_ is None:
        return type_
    arrays = [t for t in types.values() if isinstance(t, ArrayType)]
    return next((array for array in arrays if array.element == type_), None)


def _function_column(entry: Node, number: int, catalog: Catalog) -> PgType | None:
    """Return the type of a field of a function's rows, of an OUT argument or of a column of TABLE."""
    functions = entry.nodes("functions")
    call = functions[0].node("funcexpr") if len(functions) == 1 else None
    if call is None or entry.flag("funcordinality"):
        return None
    row = base_type(inferred_type(call, catalog))
    if isinstance(row, CompositeType):
        names = entry.node("eref")
        columns = names.strings("colnames") if names else ()
        place = sum(map(bool, columns[: number - 1]))  # dropped ones have no name
        return row.fields[place].type if place < len(row.fields) else None
    function = catalog.functions.get(call.number("funcid"))
    arguments = function.all_arguments if function else ()
    outputs = [type_ for mode, _, type_ in arguments if mode in "bot"]
    name = outputs[number - 1] if number <= len(outputs) else ""
    return next((t for t in catalog.types.values() if t.display == name), None)
