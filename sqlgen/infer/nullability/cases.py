"""A condition that is true of a row -> the cases in which it is, with what is known of the row in each.

`kind = 'cat' OR kind = 'dog'` is true in two cases. A proof must hold in each of them.
"""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

from ...model.catalog import Catalog
from ..tree.enums import BoolTestType, NullTestType
from ..tree.expressions import unchanged
from ..tree.nodes import Node
from .known import (
    BOOLEAN,
    NOTHING,
    ColumnKey,
    Comparison,
    Known,
    comparison,
    of_elements,
)
from .three_valued import FALSE, NOT_NULL, NULL, TRUE

Cases: TypeAlias = tuple[Known, ...]
"""Facts about a row in each of some cases, of which one holds."""

ColumnOf: TypeAlias = Callable[[Node], ColumnKey | None]
"""A `VAR` -> the column of the row that it is, None if it is of another row."""

_MOST: Final = 32
"""The most cases that are looked at; of a condition with more nothing is known."""


class RowColumns(NamedTuple):
    """The columns of a row by the `VAR`s that name them."""

    column_of: ColumnOf
    catalog: Catalog


def cases_of(condition: Node, row: RowColumns) -> Cases:
    """Return the cases in which a *condition* is true; none if there is no such case."""
    return _cases(condition, row, truth=True)


def together(parts: Iterable[Cases]) -> Cases:
    """Return the cases in which one case of each part holds; none if all contradict each other."""
    cases: Cases = (NOTHING,)
    for part in parts:
        if part == (NOTHING,) or len(cases) * len(part) > _MOST:
            continue
        both = [case.also(other) for case in cases for other in part]
        cases = tuple([case for case in both if case is not None])
    return cases


def _any(parts: Iterable[Cases]) -> Cases:
    """Return the cases in which a case of some part holds."""
    cases = tuple([case for part in parts for case in part])
    return (NOTHING,) if NOTHING in cases or len(cases) > _MOST else cases


def _cases(node: Node, row: RowColumns, *, truth: bool) -> Cases:
    """Return the cases in which a condition is true, or in which it is false."""
    if node.tag == "BOOLEXPR":
        arguments, operator = node.nodes("args"), node.string("boolop")
        if operator == "not":
            return _cases(arguments[0], row, truth=not truth)
        parts = (_cases(argument, row, truth=truth) for argument in arguments)
        return together(parts) if (operator == "and") == truth else _any(parts)
    if node.tag == "BOOLEANTEST":
        tested = _TRUTHS.get((node.number("booltesttype"), truth))
        argument = node.node("arg")
        if tested is None or argument is None:
            return (NOTHING,)
        return _cases(argument, row, truth=tested)
    if node.tag == "SCALARARRAYOPEXPR":
        return _of_array(node, row, truth=truth)
    return (_single(node, row, truth=truth),)


def _of_array(node: Node, row: RowColumns, *, truth: bool) -> Cases:
    """Return the cases of `x = ANY (ARRAY[…])`, which is an OR, or of `x <> ALL (…)`, an AND."""
    comparisons = of_elements(node, row.catalog)
    column = row.column_of(comparisons[0]) if comparisons else None
    if comparisons is None or column is None:
        return (NOTHING,)
    parts = [(_compared(column, right, truth=truth),) for right in comparisons[1]]
    return _any(parts) if node.flag("useOr") == truth else together(parts)


def _single(node: Node, row: RowColumns, *, truth: bool) -> Known:
    """Return what is known where a condition without AND, OR and NOT is true, or is false."""
    if node.tag == "VAR":
        return _outcome(node, row, TRUE if truth else FALSE)
    if node.tag == "NULLTEST":
        argument = node.node("arg")
        if argument is None or node.flag("argisrow"):
            return NOTHING
        is_null = node.number("nulltesttype") == NullTestType.IS_NULL
        return _outcome(argument, row, NULL if is_null == truth else NOT_NULL)
    if node.tag == "DISTINCTEXPR":
        # `x IS NOT DISTINCT FROM 'a'` is `x = 'a'`; the opposite is true of NULL as well.
        return NOTHING if truth else _comparison(node, row, truth=True)
    return _comparison(node, row, truth=truth) if node.tag == "OPEXPR" else NOTHING


def _comparison(node: Node, row: RowColumns, *, truth: bool) -> Known:
    sides = comparison(node, row.catalog)
    column = row.column_of(sides[0]) if sides else None
    if sides is None or column is None:
        return NOTHING
    return _compared(column, sides[1], truth=truth)


def _compared(column: ColumnKey, right: Comparison, *, truth: bool) -> Known:
    if right.family == BOOLEAN:
        return Known({column: TRUE if right.is_true == truth else FALSE})
    return Known({column: NOT_NULL}, {column: (right if truth else right.negated(),)})


def _outcome(node: Node, row: RowColumns, outcomes: int) -> Known:
    var = unchanged(node)
    column = row.column_of(var) if var.tag == "VAR" else None
    return Known({column: outcomes}) if column else NOTHING


_TRUTHS: Final = {
    (BoolTestType.IS_TRUE, True): True,
    (BoolTestType.IS_NOT_TRUE, False): True,
    (BoolTestType.IS_FALSE, True): False,
    (BoolTestType.IS_NOT_FALSE, False): False,
}
"""A test for truth and its own outcome -> the outcome of what is tested, where it follows."""
