"""A condition, and what is assumed NULL -> the set of what the condition may be then.

This is how a row's NULLs are ruled out: assume that `a.at` is NULL and work out `a.at > now()`,
which can only be NULL then. WHERE keeps rows only where its condition is true, so that no row with
a NULL `a.at` is left. The same way decides whether an outer join's missing side can be missing in
the rows that are kept (assume all of its columns NULL) and what a CHECK forbids (it must not be
false).

Outcomes are sets: `TRUE | NULL` is "true or NULL, but not false". For values that are not boolean
`TRUE | FALSE` means "something that is not NULL".
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ...model import postgres
from ..tree.enums import (
    BoolTestType,
    CmdType,
    NullTestType,
    ParamKind,
    RTEKind,
    SubLinkType,
)
from ..tree.nodes import Node
from .three_valued import (
    ANYTHING,
    FALSE,
    NOT_NULL,
    NULL,
    TRUE,
    conjunction,
    equal,
    negated,
)

if TYPE_CHECKING:
    from .scope import Scope


class Assumption(NamedTuple):
    """What is taken to be NULL, of the query level of that depth.

    All columns of `relations` (their places in the range table), single `columns` as pairs of
    relation and attribute number, or every occurrence of an `expression`.
    """

    depth: int
    relations: frozenset[int] = frozenset()
    columns: frozenset[tuple[int, int]] = frozenset()
    expression: Node | None = None


class Condition(NamedTuple):
    """An expression that every row has come through, with an outcome that is `allowed`."""

    expression: Node
    clause: str
    allowed: int = TRUE


def conjuncts(condition: Node) -> Iterator[Node]:
    """The parts of a condition that must all be true."""
    if condition.tag == "BOOLEXPR" and condition.string("boolop") == "and":
        for part in condition.nodes("args"):
            yield from conjuncts(part)
    else:
        yield condition


def outcome(node: Node | None, scope: "Scope", assumed: Assumption) -> int:
    """What *node* may be in a row of which the assumption holds."""
    if node is None:
        return ANYTHING
    if (
        assumed.expression is not None
        and scope.depth == assumed.depth
        and node.same(assumed.expression)
    ):
        return NULL
    found = _OUTCOMES.get(node.tag)
    return found(node, scope, assumed) if found else ANYTHING


def _all(nodes: tuple[Node, ...], scope: "Scope", assumed: Assumption) -> list[int]:
    return [outcome(node, scope, assumed) for node in nodes]


def _var(node: Node, scope: "Scope", assumed: Assumption) -> int:
    home = scope.up(node.number("varlevelsup"))
    varno, attno = node.number("varno"), node.number("varattno")
    if home.depth == assumed.depth and (
        varno in assumed.relations or (varno, attno) in assumed.columns
    ):
        return NULL
    entry = home.entry(varno)
    if entry is None or attno <= 0:
        return ANYTHING
    kind = entry.number("rtekind")
    if kind == RTEKind.JOIN:
        aliased = entry.places("joinaliasvars")
    elif kind == RTEKind.GROUP and not home.query.nodes("groupingSets"):
        aliased = entry.places("groupexprs")
    else:
        return ANYTHING
    if attno > len(aliased):
        return ANYTHING
    return outcome(aliased[attno - 1], home, assumed)


def _const(node: Node, _: "Scope", __: Assumption) -> int:
    if node.flag("constisnull"):
        return NULL
    if node.number("consttype") == postgres.BOOL:
        return TRUE if any(node.datum("constvalue")) else FALSE
    return NOT_NULL


def _param(node: Node, scope: "Scope", _: Assumption) -> int:
    verdict = scope.context.parameters.get(node.number("paramid"))
    if (
        node.number("paramkind") != ParamKind.EXTERN
        or verdict is None
        or verdict.nullable
    ):
        return ANYTHING
    return NOT_NULL


def _call(node: Node, scope: "Scope", assumed: Assumption) -> int:
    """A function or operator: the executor calls no strict one with a NULL."""
    function = scope.function(node.number("funcid") or node.number("opfuncid"))
    if function is None:
        return ANYTHING
    values = _all(node.nodes("args"), scope, assumed)
    if not function.system or function.name not in _SPECIAL:
        return NULL if function.strict and NULL in values else ANYTHING
    if function.strict:
        folded = _FOLDED.get(function.signature)
        if NULL in values and folded is None:
            return NULL
        if folded is not None and values[folded] == NULL:
            return NULL
    elif function.name in _COUNTS:
        return NOT_NULL
    if function.signature in _EQUALITY and len(values) == 2:
        return equal(*values, same=function.name == "booleq")
    if len(values) == 2 and function.signature in _COUNTING:
        return _counted(node, function.name, scope, assumed)
    return ANYTHING


def _counted(node: Node, name: str, scope: "Scope", assumed: Assumption) -> int:
    """`num_nonnulls(a, b) = 1` where all of its arguments are NULL, or are not."""
    call, wanted = node.nodes("args")
    function = scope.function(call.number("funcid"))
    if (
        call.tag != "FUNCEXPR"
        or call.flag("funcvariadic")
        or function is None
        or not function.system
        or function.name not in _COUNTS
        or wanted.tag != "CONST"
        or wanted.flag("constisnull")
    ):
        return ANYTHING
    number = int.from_bytes(wanted.datum("constvalue")[:4], "little", signed=True)
    arguments = _all(call.nodes("args"), scope, assumed)
    counted = NULL if function.name == "num_nulls" else NOT_NULL
    least = sum(1 for value in arguments if not value & ~counted)
    most = sum(1 for value in arguments if value & counted)
    compare = _COUNTING[f"{name}(integer, integer)"]
    found = {compare(count, number) for count in range(least, most + 1)}
    return (TRUE if True in found else 0) | (FALSE if False in found else 0)


def _array_comparison(node: Node, scope: "Scope", assumed: Assumption) -> int:
    """`x = ANY (array)`, `x <> ALL (array)`, `x IN (1, 2)`."""
    function = scope.function(node.number("opfuncid"))
    arguments = node.nodes("args")
    if function is None or not function.strict or len(arguments) != 2:
        return ANYTHING
    value, array = _all(arguments, scope, assumed)
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


def _boolean(node: Node, scope: "Scope", assumed: Assumption) -> int:
    values = _all(node.nodes("args"), scope, assumed)
    operator = node.string("boolop")
    if operator == "not":
        return negated(values[0])
    if operator == "or":
        return negated(conjunction([negated(value) for value in values]))
    return conjunction(values)


def _null_test(node: Node, scope: "Scope", assumed: Assumption) -> int:
    argument = node.node("arg")
    value = outcome(argument, scope, assumed)
    wants_null = node.number("nulltesttype") == NullTestType.IS_NULL
    if node.flag("argisrow") and argument is not None and value != NULL:
        # A row IS NOT NULL only if none of its fields is NULL, IS NULL only if all are.
        if not wants_null and _has_null_field(argument, scope, assumed):
            return FALSE
        return NOT_NULL
    if value == NULL:
        return TRUE if wants_null else FALSE
    if not value & NULL:
        return FALSE if wants_null else TRUE
    return NOT_NULL


def _has_null_field(row: Node, scope: "Scope", assumed: Assumption) -> bool:
    if row.tag == "ROWEXPR":
        return NULL in _all(row.nodes("args"), scope, assumed)
    if row.tag == "VAR" and row.number("varattno") == 0:
        home = scope.up(row.number("varlevelsup"))
        return home.depth == assumed.depth and any(
            relation == row.number("varno") and attno > 0
            for relation, attno in assumed.columns
        )
    return False


def _boolean_test(node: Node, scope: "Scope", assumed: Assumption) -> int:
    value = outcome(node.node("arg"), scope, assumed)
    passing = _PASSING[node.number("booltesttype")]
    return (TRUE if value & passing else 0) | (FALSE if value & ~passing else 0)


def _distinct(node: Node, scope: "Scope", assumed: Assumption) -> int:
    left, right = _all(node.nodes("args"), scope, assumed)
    if left == right == NULL:
        return FALSE
    if (left == NULL and not right & NULL) or (right == NULL and not left & NULL):
        return TRUE
    return NOT_NULL


def _argument(node: Node, scope: "Scope", assumed: Assumption) -> int:
    """What passes a NULL on, and turns nothing else into TRUE or FALSE."""
    value = outcome(node.node("arg"), scope, assumed)
    return value if value == NULL or node.tag == "COLLATEEXPR" else ANYTHING


def _null_if(node: Node, scope: "Scope", assumed: Assumption) -> int:
    return NULL if NULL in _all(node.nodes("args")[:1], scope, assumed) else ANYTHING


def _coalesce(node: Node, scope: "Scope", assumed: Assumption) -> int:
    found = 0
    for value in _all(node.nodes("args"), scope, assumed):
        found |= value & NOT_NULL
        if not value & NULL:
            return found
    return found | NULL


def _greatest(node: Node, scope: "Scope", assumed: Assumption) -> int:
    values = _all(node.nodes("args"), scope, assumed)
    return NULL if all(value == NULL for value in values) else ANYTHING


def _case(node: Node, scope: "Scope", assumed: Assumption) -> int:
    found = 0
    for when in node.nodes("args"):
        condition = outcome(when.node("expr"), scope, assumed)
        if condition & TRUE:
            found |= outcome(when.node("result"), scope, assumed)
        if condition == TRUE:
            return found
    return found | outcome(node.node("defresult"), scope, assumed)


def _subscript(node: Node, scope: "Scope", assumed: Assumption) -> int:
    if node.node("refassgnexpr") is not None:
        return ANYTHING
    return NULL if outcome(node.node("refexpr"), scope, assumed) == NULL else ANYTHING


def _row_comparison(node: Node, scope: "Scope", assumed: Assumption) -> int:
    """`(a, b) < (c, d)`: NULL if the first pair cannot be compared."""
    first = node.nodes("largs")[:1] + node.nodes("rargs")[:1]
    return NULL if NULL in _all(first, scope, assumed) else ANYTHING


def _sublink(node: Node, scope: "Scope", assumed: Assumption) -> int:
    query = node.node("subselect")
    kind = node.number("subLinkType")
    if query is None:
        return ANYTHING
    empty = _gives_no_row(query, scope, assumed)
    if kind == SubLinkType.EXISTS:
        return FALSE if empty else NOT_NULL
    if kind == SubLinkType.EXPR:
        return NULL if empty else ANYTHING
    if kind == SubLinkType.ARRAY:
        return NOT_NULL
    if kind not in (SubLinkType.ALL, SubLinkType.ANY):
        return ANYTHING
    # Over no rows ANY is false and ALL is true.
    nothing = FALSE if kind == SubLinkType.ANY else TRUE
    if empty:
        return nothing
    return nothing | outcome(node.node("testexpr"), scope, assumed)


def _gives_no_row(query: Node, scope: "Scope", assumed: Assumption) -> bool:
    """Whether a subquery's own conditions leave no row of it."""
    if (
        query.node("setOperations") is not None
        or query.number("commandType") != CmdType.SELECT
    ):
        return False
    if not query.nodes("groupClause") and (
        query.flag("hasAggs") or query.node("havingQual") is not None
    ):
        return False
    if query.nodes("groupingSets"):
        return False
    child = scope.child(query)
    return any(
        not outcome(condition.expression, child, assumed) & condition.allowed
        for condition in child.conditions
    )


_PASSING: dict[int, int] = {
    BoolTestType.IS_TRUE: TRUE,
    BoolTestType.IS_NOT_TRUE: FALSE | NULL,
    BoolTestType.IS_FALSE: FALSE,
    BoolTestType.IS_NOT_FALSE: TRUE | NULL,
    BoolTestType.IS_UNKNOWN: NULL,
    BoolTestType.IS_NOT_UNKNOWN: TRUE | FALSE,
}
"""The outcomes that each test for truth is true of."""

_COUNTS = frozenset({"num_nulls", "num_nonnulls"})
_EQUALITY = frozenset({"booleq(boolean, boolean)", "boolne(boolean, boolean)"})
_FOLDED = {
    "range_contains_elem(anyrange, anyelement)": 0,
    "elem_contained_by_range(anyelement, anyrange)": 1,
}
"""Where the range is in `range @> element`, which is true of a NULL too if the range has no bounds.

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
_SPECIAL = _COUNTS | {
    signature.partition("(")[0] for signature in (*_EQUALITY, *_FOLDED, *_COUNTING)
}
"""The names of PostgreSQL's functions of which more is known than that they are strict."""

_Outcome: TypeAlias = "Callable[[Node, Scope, Assumption], int]"
_OUTCOMES: dict[str, _Outcome] = {
    "VAR": _var,
    "CONST": _const,
    "PARAM": _param,
    "FUNCEXPR": _call,
    "OPEXPR": _call,
    "SCALARARRAYOPEXPR": _array_comparison,
    "BOOLEXPR": _boolean,
    "NULLTEST": _null_test,
    "BOOLEANTEST": _boolean_test,
    "DISTINCTEXPR": _distinct,
    "RELABELTYPE": _argument,
    "COERCEVIAIO": _argument,
    "ARRAYCOERCEEXPR": _argument,
    "COERCETODOMAIN": _argument,
    "CONVERTROWTYPEEXPR": _argument,
    "COLLATEEXPR": _argument,
    "FIELDSELECT": _argument,
    "NULLIFEXPR": _null_if,
    "COALESCEEXPR": _coalesce,
    "MINMAXEXPR": _greatest,
    "CASEEXPR": _case,
    "SUBSCRIPTINGREF": _subscript,
    "ROWCOMPAREEXPR": _row_comparison,
    "SUBLINK": _sublink,
    "ARRAYEXPR": lambda *_: NOT_NULL,
    "ROWEXPR": lambda *_: NOT_NULL,
}
