"""Calls of functions and operators, and an assumption of NULLs -> the outcomes they may have then."""

from collections.abc import Callable

from ..tree.nodes import Node
from .conditions import Assumption
from .counting import COUNTS, numbers
from .known import Comparison, Known, comparison, of_elements
from .registry import outcome_rule
from .scope import Scope
from .three_valued import ANYTHING, FALSE, NOT_NULL, NULL, TRUE, equal


@outcome_rule("FUNCEXPR", "OPEXPR")
def _call(node: Node, scope: Scope, assumed: Assumption) -> int:
    """Decide on a function or operator: the executor calls no strict one with a NULL."""
    function = scope.function(node.number("funcid") or node.number("opfuncid"))
    if function is None or not (
        function.system or function.extension or scope.context.bodies
    ):
        return ANYTHING
    if assumed.known and (decided := _known(node, scope, assumed, assumed.known)):
        return decided
    values = scope.outcomes(node.nodes("args"), assumed)
    if not function.system or function.name not in _SPECIAL:
        return NULL if function.strict and NULL in values else ANYTHING
    if function.strict:
        folded = _FOLDED.get(function.signature)
        if NULL in values and folded is None:
            return NULL
        if folded is not None and values[folded] == NULL:
            return NULL
    elif function.name in COUNTS:
        return ANYTHING if node.flag("funcvariadic") else NOT_NULL
    if function.signature in _EQUALITY and len(values) == 2:
        return equal(*values, same=function.name == "booleq")
    if len(values) == 2 and function.signature in _COUNTING:
        return _counted(node, function.name, scope, assumed)
    return ANYTHING


def _known(node: Node, scope: Scope, assumed: Assumption, known: Known) -> int:
    """Return whether a comparison is true or false by what is known of its column, 0 if neither."""
    sides = comparison(node, scope.catalog)
    return _decided(*sides, scope, assumed, known) if sides else 0


def _decided(
    var: Node, right: Comparison, scope: Scope, assumed: Assumption, known: Known
) -> int:
    home = scope.up(var.number("varlevelsup"))
    if home.depth != assumed.depth:
        return 0
    outcome = known.outcome((var.number("varno"), var.number("varattno")), right)
    return outcome if outcome != NOT_NULL else 0


def _counted(node: Node, name: str, scope: Scope, assumed: Assumption) -> int:
    """Decide `num_nonnulls(a, b) = 1` and the like by the numbers that its sides may be."""
    left, right = (numbers(side, scope, assumed) for side in node.nodes("args"))
    if not left or not right:
        return ANYTHING
    compare = _COUNTING[f"{name}(integer, integer)"]
    results = {compare(a, b) for a in left for b in right}
    return (TRUE if True in results else 0) | (FALSE if False in results else 0)


@outcome_rule("SCALARARRAYOPEXPR")
def _array_comparison(node: Node, scope: Scope, assumed: Assumption) -> int:
    """Decide `x = ANY (array)`, `x <> ALL (array)` and `x IN (1, 2)`."""
    function = scope.function(node.number("opfuncid"))
    arguments = node.nodes("args")
    if function is None or not function.strict or len(arguments) != 2:
        return ANYTHING
    if assumed.known and (comparisons := of_elements(node, scope.catalog)):
        var, rights = comparisons
        each = [_decided(var, r, scope, assumed, assumed.known) for r in rights]
        # An element that decides, or all that do not.
        deciding, other = (TRUE, FALSE) if node.flag("useOr") else (FALSE, TRUE)
        if deciding in each:
            return deciding
        if set(each) == {other}:
            return other
    value, array = scope.outcomes(arguments, assumed)
    if array == NULL:
        return NULL
    if value != NULL:
        return ANYTHING
    # Over an empty array ANY is false and ALL is true, whatever is compared.
    if arguments[1].tag == "ARRAYEXPR" and _has_elements(arguments[1]):
        return NULL
    return FALSE | NULL if node.flag("useOr") else TRUE | NULL


def _has_elements(array: Node) -> bool:
    return bool(array.nodes("elements")) and not array.flag("multidims")


_EQUALITY = frozenset({"booleq(boolean, boolean)", "boolne(boolean, boolean)"})
_FOLDED = {
    "range_contains_elem(anyrange, anyelement)": 0,
    "elem_contained_by_range(anyelement, anyrange)": 1,
}
"""The place of the range in `range @> element`, which is true of a NULL too without bounds.

From PostgreSQL 17 on the planner makes `true` of it (find_simplified_clause in rangetypes.c).
"""
_COUNTING: dict[str, Callable[[int, int], bool]] = {
    "int4eq(integer, integer)": int.__eq__,
    "int4ne(integer, integer)": int.__ne__,
    "int4gt(integer, integer)": int.__gt__,
    "int4ge(integer, integer)": int.__ge__,
    "int4lt(integer, integer)": int.__lt__,
    "int4le(integer, integer)": int.__le__,
}
_SPECIAL = COUNTS | {
    signature.partition("(")[0] for signature in (*_EQUALITY, *_FOLDED, *_COUNTING)
}
"""The names of PostgreSQL's functions of which more is known than whether they are strict."""
