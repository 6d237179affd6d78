"""Columns and conditions -> their names and text, for the sentences that verdicts carry."""

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
from .conditions import Condition
from .scope import Scope


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


def keeps_side(condition: Condition, names: str, scope: Scope) -> str:
    """Return a sentence like `WHERE a.at > now() keeps only rows that have a`."""
    return f"{_clause(condition, scope)} keeps only rows that have {names}"


def summary(node: Node | None, scope: Scope) -> str:
    """Return an expression's SQL in brief, with `…` for parts that would be too long."""
    if node is None:
        return "…"
    arguments = node.nodes("args")
    match node.tag:
        case "VAR":
            home = scope.up(node.number("varlevelsup"))
            return column_title(node.number("varno"), node.number("varattno"), home)
        case "PARAM" if node.number("paramkind") == ParamKind.EXTERN:
            return f"${node.number('paramid')}"
        case "CONST":
            return _constant(node)
        case "RELABELTYPE" | "COERCEVIAIO" | "COLLATEEXPR" | "ARRAYCOERCEEXPR":
            return summary(node.node("arg"), scope)
        case "FUNCEXPR":
            function = scope.function(node.number("funcid"))
            if node.number("funcformat") in CAST_FORMS and arguments:
                return summary(arguments[0], scope)
            listed = ", ".join([summary(argument, scope) for argument in arguments])
            return f"{function.name if function else '…'}({listed})"
        case "OPEXPR" | "DISTINCTEXPR":
            operator = scope.catalog.operators.get(node.number("opno"), "…")
            if node.tag == "DISTINCTEXPR":
                operator = "IS DISTINCT FROM"
            return f" {operator} ".join([summary(a, scope) for a in arguments])
        case "SCALARARRAYOPEXPR" if len(arguments) == 2:
            operator = scope.catalog.operators.get(node.number("opno"), "…")
            quantifier = "ANY" if node.flag("useOr") else "ALL"
            return f"{summary(arguments[0], scope)} {operator} {quantifier} ({summary(arguments[1], scope)})"
        case "NULLTEST":
            is_null = node.number("nulltesttype") == NullTestType.IS_NULL
            test = "IS NULL" if is_null else "IS NOT NULL"
            return f"{summary(node.node('arg'), scope)} {test}"
        case "BOOLEXPR":
            operator = node.string("boolop")
            if operator == "not":
                return f"NOT {summary(arguments[0], scope)}"
            return f" {operator.upper()} ".join([summary(a, scope) for a in arguments])
        case "SQLVALUEFUNCTION":
            return SQL_VALUE_FUNCTIONS[node.number("op")]
        case "SUBLINK" if node.number("subLinkType") == SubLinkType.EXISTS:
            return "EXISTS (…)"
        case _:
            return "…"


def text_of(node: Node) -> str:
    """Return the text of a text literal, empty for every other node."""
    if node.tag != "CONST" or node.number("consttype") != postgres.TEXT:
        return ""
    return node.datum("constvalue")[postgres.VARLENA_HEADER :].decode(errors="replace")


def _clause(condition: Condition, scope: Scope) -> str:
    expression = summary(condition.expression, scope)
    if len(expression) > _LONGEST:
        expression = ""
    return f"{condition.clause} {expression}".rstrip()


_LONGEST = 60


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
