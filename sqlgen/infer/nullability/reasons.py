"""Columns and conditions -> their names and text, for the sentences that verdicts carry."""

from collections.abc import Iterable
from functools import lru_cache

from ...model import postgres
from ..tree.enums import (
    SQL_VALUE_FUNCTIONS,
    NullTestType,
    ParamKind,
    SubLinkType,
)
from ..tree.expressions import CAST_FORMS
from ..tree.forms import Form
from ..tree.nodes import Node
from .conditions import SURROUNDING, Condition
from .scope import Scope
from .three_valued import NOT_NULL
from .verdict import Verdict


def column_title(varno: int, attno: int, scope: Scope) -> str:
    """Return a column's name as the query writes it: `patients.id`."""
    entry = scope.entry(varno)
    reference = entry and entry.node("eref")
    if not reference:
        return "the column"
    names = _names(reference.form)
    return names[attno if 0 < attno < len(names) else 0]


@lru_cache(maxsize=1024)
def _names(form: Form) -> tuple[str, ...]:
    """Return the name of a relation, followed by those of its columns."""
    reference = Node(form.text)
    alias = reference.string("aliasname")
    prefix = "" if alias.startswith("unnamed_") else f"{alias}."
    return (alias, *[f"{prefix}{name}" for name in reference.strings("colnames")])


def keeps_value(condition: Condition, title: str, scope: Scope) -> str:
    """Return a sentence like `WHERE a.at > now() keeps only rows where a.at is not NULL`."""
    return f"{_clause(condition, scope)} keeps only rows where {title} is not NULL"


def excludes_null(
    check: str, title: str, conditions: Iterable[Condition], scope: Scope
) -> str:
    """Return a sentence like `the CHECK named rules out that a.name is NULL where a.kind = 'cat'`."""
    where = " and ".join([_text(condition, scope) for condition in conditions])
    reason = f"the CHECK {check} rules out that {title} is NULL"
    return f"{reason} where {where}" if where else reason


def keeps_jointly(
    condition: Condition, others: Iterable[Condition], title: str, scope: Scope
) -> str:
    """Return a sentence like `WHERE a.x IS NULL OR a.x < a.y, with a.x > 0, keeps only rows where …`."""
    clause = _clause(condition, scope)
    beside = " and ".join([_text(other, scope) for other in others])
    clause = f"{clause}, with {beside}," if beside else clause
    return f"{clause} keeps only rows where {title} is not NULL"


def unless_tested(verdict: Verdict, node: Node, scope: Scope) -> Verdict:
    """Return the *verdict* of an expression, non-null if a condition tests the very expression."""
    condition = scope.testing(node) if verdict.nullable else None
    if condition is None:
        return verdict
    reason = keeps_value(condition, _short(node, scope), scope)
    return verdict.but(nullable=False, reason=reason)


def keeps_side(condition: Condition, names: str, scope: Scope) -> str:
    """Return a sentence like `WHERE a.at > now() keeps only rows that have a`."""
    return f"{_clause(condition, scope)} keeps only rows that have {names}"


def summary(node: Node | None, scope: Scope, depth: int = 99) -> str:
    """Return an expression's SQL in brief, with `…` for parts below the *depth*."""
    if node is None:
        return "…"
    arguments = node.nodes("args")
    if depth <= 0 and (arguments or node.node("arg")):
        return "…"
    below = depth - 1
    match node.tag:
        case "VAR":
            home = scope.up(node.number("varlevelsup"))
            return column_title(node.number("varno"), node.number("varattno"), home)
        case "PARAM" if node.number("paramkind") == ParamKind.EXTERN:
            return f"${node.number('paramid')}"
        case "CONST":
            return _constant(node)
        case "RELABELTYPE" | "COERCEVIAIO" | "COLLATEEXPR" | "ARRAYCOERCEEXPR":
            return summary(node.node("arg"), scope, below)
        case "FUNCEXPR":
            function = scope.function(node.number("funcid"))
            if node.number("funcformat") in CAST_FORMS and arguments:
                return summary(arguments[0], scope, below)
            listed = ", ".join(
                [summary(argument, scope, below) for argument in arguments]
            )
            return f"{function.name if function else '…'}({listed})"
        case "OPEXPR" | "DISTINCTEXPR":
            operator = scope.catalog.operators.get(node.number("opno"), "…")
            if node.tag == "DISTINCTEXPR":
                operator = "IS DISTINCT FROM"
            return f" {operator} ".join([summary(a, scope, below) for a in arguments])
        case "SCALARARRAYOPEXPR" if len(arguments) == 2:
            operator = scope.catalog.operators.get(node.number("opno"), "…")
            quantifier = "ANY" if node.flag("useOr") else "ALL"
            return f"{summary(arguments[0], scope, below)} {operator} {quantifier} ({summary(arguments[1], scope, below)})"
        case "NULLTEST":
            is_null = node.number("nulltesttype") == NullTestType.IS_NULL
            test = "IS NULL" if is_null else "IS NOT NULL"
            return f"{summary(node.node('arg'), scope, below)} {test}"
        case "BOOLEXPR":
            operator = node.string("boolop")
            if operator == "not":
                return f"NOT {summary(arguments[0], scope, below)}"
            return f" {operator.upper()} ".join(
                [summary(a, scope, below) for a in arguments]
            )
        case "SQLVALUEFUNCTION":
            return SQL_VALUE_FUNCTIONS[node.number("op")]
        case "SUBLINK" if node.number("subLinkType") == SubLinkType.EXISTS:
            return "EXISTS (…)"
        case "SUBLINK" if node.number("subLinkType") == SubLinkType.ANY:
            comparison = node.node("testexpr")
            compared = comparison.nodes("args") if comparison else ()
            value = summary(compared[0], scope, below) if compared else "…"
            return f"{value} IN (SELECT …)"
        case "AGGREF":
            function = scope.function(node.number("aggfnoid"))
            parts = [entry.node("expr") for entry in arguments]
            listed = ", ".join([summary(part, scope, below) for part in parts])
            return f"{function.name if function else '…'}({listed or '*'})"
        case "COALESCEEXPR":
            listed = ", ".join([summary(a, scope, below) for a in arguments])
            return f"coalesce({listed})"
        case "BOOLEANTEST":
            test = BOOL_TESTS[node.number("booltesttype")]
            return f"{summary(node.node('arg'), scope, below)} IS {test}"
        case "CASEEXPR":
            return "CASE … END"
        case _:
            return "…"


def text_of(node: Node) -> str:
    """Return the text of a text literal, empty for every other node."""
    if node.tag != "CONST" or node.number("consttype") != postgres.TEXT:
        return ""
    return node.datum("constvalue")[postgres.VARLENA_HEADER :].decode(errors="replace")


def _text(condition: Condition, scope: Scope) -> str:
    expression = _short(condition.expression, scope.home_of(condition))
    return f"{expression} IS NOT NULL" if condition.allowed == NOT_NULL else expression


def _clause(condition: Condition, scope: Scope) -> str:
    expression = _short(condition.expression, scope.home_of(condition))
    if condition.clause == SURROUNDING:
        return f"{condition.clause}'s condition on {expression}"
    return f"{condition.clause} {expression}"


def _short(node: Node, scope: Scope) -> str:
    """Return an expression's SQL, with `…` for inner parts or its end where it is too long."""
    texts = [summary(node, scope, depth) for depth in (99, 4, 3, 2, 1)]
    fitting = [text for text in texts if len(text) <= _LONGEST]
    return fitting[0] if fitting else f"{texts[-1][:_LONGEST]}…"


_LONGEST = 60
BOOL_TESTS = ("TRUE", "NOT TRUE", "FALSE", "NOT FALSE", "UNKNOWN", "NOT UNKNOWN")
"""The texts of `BoolTestType` (primnodes.h), by number."""


def _constant(node: Node) -> str:
    if node.flag("constisnull"):
        return "NULL"
    value = node.datum("constvalue")
    kind = node.number("consttype")
    if kind == postgres.BOOL:
        return "true" if any(value) else "false"
    if kind in (postgres.INT2, postgres.INT4, postgres.INT8):
        width = node.number("constlen")
        return str(int.from_bytes(value[:width], "little", signed=True))
    if kind == postgres.TEXT:
        return "'" + text_of(node).replace("'", "''") + "'"
    return "…"
