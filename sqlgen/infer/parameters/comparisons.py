"""A node of a tree -> the parameters that it tests for NULL, or compares with something."""

from collections.abc import Iterator

from ...model.catalog import ArrayType, Catalog
from ...model.description import TableColumn
from ..tree.expressions import uncoerced
from ..tree.nodes import Node
from ..tree.origins import origin
from ..tree.query_level import QueryLevel
from ..tree.types import compared_alike, type_of
from .use import Purpose, Use, parameter_in, use_of

TELLING = frozenset(
    {
        *("NULLTEST", "COALESCEEXPR", "DISTINCTEXPR", "NULLIFEXPR"),
        *("OPEXPR", "SCALARARRAYOPEXPR", "ROWCOMPAREEXPR"),
    }
)
"""The nodes that test or compare, which few of a statement's nodes do."""

_ORDER = frozenset({"=", "<>", "<", "<=", ">", ">="})
_EQUALITY = frozenset({"=", "<>"})


def tests(node: Node, level: QueryLevel) -> Iterator[Use]:
    """Yield the tests that make sense only for a value that may be NULL."""
    if node.tag == "NULLTEST":
        tested, name = [node.node("arg")], "IS NULL"
    elif node.tag == "COALESCEEXPR":
        tested, name = list(node.nodes("args")), "COALESCE"
    elif node.tag == "DISTINCTEXPR":
        tested, name = list(node.nodes("args")), "IS DISTINCT FROM"
    else:
        return
    columns = [origin(uncoerced(x), level) for x in tested if x and len(tested) > 1]
    for argument in tested:
        if argument and (parameter := parameter_in(argument)):
            yield use_of(
                parameter,
                Purpose.TESTED,
                column=next((column for column in columns if column), None),
                only_values=node.tag == "NULLTEST",
                test=name,
            )


def comparisons(node: Node, level: QueryLevel) -> Iterator[Use]:
    """Yield the comparisons of parameters with something else, by any operator."""
    operator = level.catalog.operators.get(node.number("opno"), "")
    exact = operator in _ORDER
    only = operator in _EQUALITY and node.tag != "NULLIFEXPR"
    if node.tag in ("OPEXPR", "DISTINCTEXPR", "NULLIFEXPR"):
        arguments = node.nodes("args")
        if len(arguments) == 2:
            yield from _compared(*arguments, level, exact=exact, only=only)
    elif node.tag == "SCALARARRAYOPEXPR":
        left, right = node.nodes("args")
        array = uncoerced(right)
        if array.tag == "ARRAYEXPR":  # IN ($1, $2)
            for element in array.nodes("elements"):
                yield from _compared(left, element, level, exact=exact, only=only)
        elif parameter := parameter_in(right):
            yield _compared_with(
                parameter, left, level, exact=exact, only=only, elements=True
            )
        yield from _compared(right, left, level, exact=False)
    elif node.tag == "ROWCOMPAREEXPR":
        for pair in zip(node.nodes("largs"), node.nodes("rargs"), strict=False):
            yield from _compared(*pair, level, exact=True)


def _compared(
    first: Node, second: Node, level: QueryLevel, *, exact: bool, only: bool = False
) -> Iterator[Use]:
    for side, other in ((first, second), (second, first)):
        if parameter := parameter_in(side):
            yield _compared_with(parameter, other, level, exact=exact, only=only)


def _compared_with(
    parameter: Node,
    other: Node,
    level: QueryLevel,
    *,
    exact: bool,
    only: bool = False,
    elements: bool = False,
) -> Use:
    column = origin(uncoerced(other), level)
    same_values = (
        exact
        and origin(other, level) == column
        and have_same_values(parameter, column, elements, level.catalog)
    )
    return use_of(
        parameter,
        Purpose.COMPARED,
        column=column,
        elements=elements,
        same_values=same_values,
        only_values=only and same_values,
        other_type=type_of(uncoerced(other)),
    )


def have_same_values(
    parameter: Node, column: TableColumn | None, elements: bool, catalog: Catalog
) -> bool:
    """Return whether the values of a parameter, or its elements, are of the column's type."""
    relation = catalog.relations.get(column.table) if column else None
    stored = relation.columns.get(column.number) if relation and column else None
    type_ = catalog.types.get(parameter.number("paramtype"))
    if elements and isinstance(type_, ArrayType):
        type_ = type_.element
    return (
        stored is not None and type_ is not None and compared_alike(stored.type, type_)
    )
