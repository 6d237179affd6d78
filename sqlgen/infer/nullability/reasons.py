"""Names and conditions as people write them, for the sentences that verdicts carry."""

from functools import lru_cache
from typing import TYPE_CHECKING

from ...model import postgres
from ..tree.enums import (
    SQL_VALUE_FUNCTIONS,
    CoercionForm,
    NullTestType,
    ParamKind,
    SubLinkType,
)
from ..tree.nodes import Form, Node

if TYPE_CHECKING:
    from .conditions import Condition
    from .scope import Scope


def name(varno: int, attno: int, scope: "Scope") -> str:
    """A column by the names of the query: `patients.id`."""
    entry = scope.entry(varno)
    reference = entry and entry.node("eref")
    if not reference:
        return "the column"
    names = _names(reference.form)
    return names[attno if 0 < attno < len(names) else 0]


@lru_cache(maxsize=1024)
def _names(form: Form) -> tuple[str, ...]:
    """The name of a relation, and then those of its columns."""
    reference = Node(form.text)
    alias = reference.string("aliasname")
    prefix = "" if alias.startswith("unnamed_") else f"{alias}."
    return (alias, *[f"{prefix}{name}" for name in reference.strings("colnames")])


def kept(condition: "Condition", shown: str, scope: "Scope") -> str:
    """`WHERE a.at > now() keeps only rows where a.at is not NULL`."""
    return f"{_clause(condition, scope)} keeps only rows where {shown} is not NULL"


def kept_with(condition: "Condition", shown: str, scope: "Scope") -> str:
    """`WHERE a.at > now() keeps only rows that have a`, of an outer join's side."""
    return f"{_clause(condition, scope)} keeps only rows that have {shown}"


def show(node: Node | None, scope: "Scope") -> str:
    """An expression in brief; `…` where its own words would lead too far."""
    if node is None:
        return "…"
    arguments = node.nodes("args")
    match node.tag:
        case "VAR":
            home = scope.up(node.number("varlevelsup"))
            return name(node.number("varno"), node.number("varattno"), home)
        case "PARAM" if node.number("paramkind") == ParamKind.EXTERN:
            return f"${node.number('paramid')}"
        case "CONST":
            return _constant(node)
        case "RELABELTYPE" | "COERCEVIAIO" | "COLLATEEXPR" | "ARRAYCOERCEEXPR":
            return show(node.node("arg"), scope)
        case "FUNCEXPR":
            function = scope.function(node.number("funcid"))
            if (
                node.number("funcformat")
                in (CoercionForm.EXPLICIT_CAST, CoercionForm.IMPLICIT_CAST)
                and arguments
            ):
                return show(arguments[0], scope)
            shown = ", ".join([show(argument, scope) for argument in arguments])
            return f"{function.name if function else '…'}({shown})"
        case "OPEXPR" | "DISTINCTEXPR":
            operator = scope.catalog.operators.get(node.number("opno"), "…")
            if node.tag == "DISTINCTEXPR":
                operator = "IS DISTINCT FROM"
            return f" {operator} ".join([show(a, scope) for a in arguments])
        case "SCALARARRAYOPEXPR" if len(arguments) == 2:
            operator = scope.catalog.operators.get(node.number("opno"), "…")
            some = "ANY" if node.flag("useOr") else "ALL"
            return f"{show(arguments[0], scope)} {operator} {some} ({show(arguments[1], scope)})"
        case "NULLTEST":
            is_null = node.number("nulltesttype") == NullTestType.IS_NULL
            test = "IS NULL" if is_null else "IS NOT NULL"
            return f"{show(node.node('arg'), scope)} {test}"
        case "BOOLEXPR":
            operator = node.string("boolop")
            if operator == "not":
                return f"NOT {show(arguments[0], scope)}"
            return f" {operator.upper()} ".join([show(a, scope) for a in arguments])
        case "SQLVALUEFUNCTION":
            return SQL_VALUE_FUNCTIONS[node.number("op")]
        case "SUBLINK" if node.number("subLinkType") == SubLinkType.EXISTS:
            return "EXISTS (…)"
        case _:
            return "…"


def text_of(node: Node) -> str:
    """The text of a literal; empty for what is none."""
    if node.tag != "CONST" or node.number("consttype") != postgres.TEXT:
        return ""
    return node.datum("constvalue")[postgres.VARLENA_HEADER :].decode(errors="replace")


def _clause(condition: "Condition", scope: "Scope") -> str:
    expression = show(condition.expression, scope)
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
