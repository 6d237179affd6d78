"""A condition and an assumption of NULLs -> the set of outcomes that the condition may have then.

This is how a row's NULLs are ruled out: assume that `a.at` is NULL and evaluate `a.at > now()`, which
can only be NULL then. WHERE keeps rows only where its condition is true, so that no row with a NULL
`a.at` is left. The same way decides whether an outer join's nullable side can be missing in the rows
that are kept (assume all of its columns NULL) and what a CHECK forbids (it must not be false).

Outcomes are sets: `TRUE | NULL` is "true or NULL, but not false". For values that are not boolean
`TRUE | FALSE` means "any value that is not NULL".
"""

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
from .conditions import Assumption
from .registry import outcome_rule
from .scope import Scope
from .three_valued import (
    ANYTHING,
    FALSE,
    NOT_NULL,
    NULL,
    TRUE,
    conjunction,
    negated,
)


@outcome_rule("VAR")
def _var(node: Node, scope: Scope, assumed: Assumption) -> int:
    home = scope.up(node.number("varlevelsup"))
    varno, attno = node.number("varno"), node.number("varattno")
    if home.depth == assumed.depth:
        if varno in assumed.relations or (varno, attno) in assumed.columns:
            return NULL
        known = assumed.known and assumed.known.outcomes.get((varno, attno))
        if known:
            return known
    source = home.level.source(varno, attno)
    is_name = source is not None and (
        source.kind == RTEKind.JOIN
        or (source.kind == RTEKind.GROUP and not home.query.nodes("groupingSets"))
    )
    if source is None or not is_name or not source.expressions:
        return ANYTHING
    return home.outcome(source.expressions[0], assumed)


@outcome_rule("CONST")
def _const(node: Node, _: Scope, __: Assumption) -> int:
    if node.flag("constisnull"):
        return NULL
    if node.number("consttype") == postgres.BOOL:
        return TRUE if any(node.datum("constvalue")) else FALSE
    return NOT_NULL


@outcome_rule("PARAM")
def _param(node: Node, scope: Scope, _: Assumption) -> int:
    verdict = scope.context.parameters.get(node.number("paramid"))
    if (
        node.number("paramkind") != ParamKind.EXTERN
        or verdict is None
        or verdict.nullable
    ):
        return ANYTHING
    return NOT_NULL


@outcome_rule("BOOLEXPR")
def _boolean(node: Node, scope: Scope, assumed: Assumption) -> int:
    values = scope.outcomes(node.nodes("args"), assumed)
    operator = node.string("boolop")
    if operator == "not":
        return negated(values[0])
    if operator == "or":
        return negated(conjunction([negated(value) for value in values]))
    return conjunction(values)


@outcome_rule("NULLTEST")
def _null_test(node: Node, scope: Scope, assumed: Assumption) -> int:
    argument = node.node("arg")
    value = scope.outcome(argument, assumed)
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


def _has_null_field(row: Node, scope: Scope, assumed: Assumption) -> bool:
    if row.tag == "ROWEXPR":
        return NULL in scope.outcomes(row.nodes("args"), assumed)
    if row.tag == "VAR" and row.number("varattno") == 0:
        home = scope.up(row.number("varlevelsup"))
        return home.depth == assumed.depth and any(
            relation == row.number("varno") and attno > 0
            for relation, attno in assumed.columns
        )
    return False


@outcome_rule("BOOLEANTEST")
def _boolean_test(node: Node, scope: Scope, assumed: Assumption) -> int:
    value = scope.outcome(node.node("arg"), assumed)
    passing = _PASSING[node.number("booltesttype")]
    return (TRUE if value & passing else 0) | (FALSE if value & ~passing else 0)


@outcome_rule("DISTINCTEXPR")
def _distinct(node: Node, scope: Scope, assumed: Assumption) -> int:
    left, right = scope.outcomes(node.nodes("args"), assumed)
    if left == right == NULL:
        return FALSE
    if (left == NULL and not right & NULL) or (right == NULL and not left & NULL):
        return TRUE
    return NOT_NULL


@outcome_rule(
    "RELABELTYPE",
    "COERCEVIAIO",
    "ARRAYCOERCEEXPR",
    "COERCETODOMAIN",
    "CONVERTROWTYPEEXPR",
    "COLLATEEXPR",
    "FIELDSELECT",
)
def _argument(node: Node, scope: Scope, assumed: Assumption) -> int:
    """Decide on a node that passes a NULL on; it may make any value of other values."""
    value = scope.outcome(node.node("arg"), assumed)
    return value if value == NULL or node.tag == "COLLATEEXPR" else ANYTHING


@outcome_rule("NULLIFEXPR")
def _null_if(node: Node, scope: Scope, assumed: Assumption) -> int:
    return NULL if NULL in scope.outcomes(node.nodes("args")[:1], assumed) else ANYTHING


@outcome_rule("COALESCEEXPR")
def _coalesce(node: Node, scope: Scope, assumed: Assumption) -> int:
    outcomes = 0
    for value in scope.outcomes(node.nodes("args"), assumed):
        outcomes |= value & NOT_NULL
        if not value & NULL:
            return outcomes
    return outcomes | NULL


@outcome_rule("MINMAXEXPR")
def _greatest(node: Node, scope: Scope, assumed: Assumption) -> int:
    values = scope.outcomes(node.nodes("args"), assumed)
    return NULL if all(value == NULL for value in values) else ANYTHING


@outcome_rule("CASEEXPR")
def _case(node: Node, scope: Scope, assumed: Assumption) -> int:
    outcomes = 0
    for when in node.nodes("args"):
        condition = scope.outcome(when.node("expr"), assumed)
        if condition & TRUE:
            outcomes |= scope.outcome(when.node("result"), assumed)
        if condition == TRUE:
            return outcomes
    return outcomes | scope.outcome(node.node("defresult"), assumed)


@outcome_rule("SUBSCRIPTINGREF")
def _subscript(node: Node, scope: Scope, assumed: Assumption) -> int:
    if node.node("refassgnexpr") is not None:
        return ANYTHING
    return NULL if scope.outcome(node.node("refexpr"), assumed) == NULL else ANYTHING


@outcome_rule("ROWCOMPAREEXPR")
def _row_comparison(node: Node, scope: Scope, assumed: Assumption) -> int:
    """Decide `(a, b) < (c, d)`, which is NULL if one of the first pair is."""
    first = node.nodes("largs")[:1] + node.nodes("rargs")[:1]
    return NULL if NULL in scope.outcomes(first, assumed) else ANYTHING


@outcome_rule("ARRAYEXPR", "ROWEXPR")
def _constructed(_: Node, __: Scope, ___: Assumption) -> int:
    return NOT_NULL


@outcome_rule("SUBLINK")
def _sublink(node: Node, scope: Scope, assumed: Assumption) -> int:
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
    return nothing | scope.outcome(node.node("testexpr"), assumed)


def _gives_no_row(query: Node, scope: Scope, assumed: Assumption) -> bool:
    """Return whether a subquery's own conditions leave no row of it."""
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
    child = scope.subquery(query)
    return any(
        not child.outcome(condition.expression, assumed) & condition.allowed
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
