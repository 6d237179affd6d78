"""Integer expressions that count NULLs, and an assumption -> the numbers that they may be.

`num_nonnulls(a, b)`, or as people write it too: `(a IS NOT NULL)::int + (b IS NOT NULL)::int`, and
`CASE WHEN a IS NULL THEN 0 ELSE 1 END`.
"""

from collections.abc import Callable
from typing import Final

from ...model import postgres
from ..tree.nodes import Node
from .conditions import Assumption
from .scope import Scope
from .three_valued import FALSE, NOT_NULL, NULL, TRUE

COUNTS: Final = frozenset({"num_nulls", "num_nonnulls"})
"""The functions that count NULLs; they are never NULL themselves, unless given VARIADIC NULL."""

_MOST: Final = 32
_NONE: Final[frozenset[int]] = frozenset()


def numbers(node: Node | None, scope: Scope, assumed: Assumption) -> frozenset[int]:
    """Return the numbers that an expression may be, empty if that is not known or it may be NULL."""
    if node is None:
        return _NONE
    if node.tag == "CONST":
        if node.flag("constisnull") or node.number("consttype") != postgres.INT4:
            return _NONE
        value = node.datum("constvalue")[: node.number("constlen")]
        return frozenset({int.from_bytes(value, "little", signed=True)})
    if node.tag == "CASEEXPR":
        return _of_case(node, scope, assumed)
    arguments = node.nodes("args")
    function = scope.function(node.number("funcid") or node.number("opfuncid"))
    if function is None or not function.system:
        return _NONE
    if node.tag == "FUNCEXPR" and function.name in COUNTS:
        if node.flag("funcvariadic"):
            return _NONE
        counted = NULL if function.name == "num_nulls" else NOT_NULL
        outcomes = scope.outcomes(arguments, assumed)
        least = sum(1 for value in outcomes if not value & ~counted)
        most = sum(1 for value in outcomes if value & counted)
        return frozenset(range(least, most + 1))
    if function.signature == "int4(boolean)":
        truth = scope.outcome(arguments[0], assumed)
        if truth & NULL:
            return _NONE
        return frozenset(n for n, each in ((1, TRUE), (0, FALSE)) if truth & each)
    compute = _COMPUTING.get(function.signature)
    if compute is None:
        return _NONE
    left, right = (numbers(argument, scope, assumed) for argument in arguments)
    results = frozenset(compute(a, b) for a in left for b in right)
    return results if len(results) <= _MOST else _NONE


def _of_case(node: Node, scope: Scope, assumed: Assumption) -> frozenset[int]:
    """Return the numbers of all arms of CASE that may be taken."""
    results = _NONE
    for when in node.nodes("args"):
        condition = scope.outcome(when.node("expr"), assumed)
        if condition & TRUE:
            arm = numbers(when.node("result"), scope, assumed)
            if not arm:
                return _NONE
            results |= arm
        if condition == TRUE:
            return results
    other = numbers(node.node("defresult"), scope, assumed)
    return results | other if other else _NONE


_COMPUTING: Final[dict[str, Callable[[int, int], int]]] = {
    "int4pl(integer, integer)": int.__add__,
    "int4mi(integer, integer)": int.__sub__,
    "int4mul(integer, integer)": int.__mul__,
}
