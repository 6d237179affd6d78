"""Numbers -> whether they may be NaN or infinite, which JSON has no numbers for."""

from typing import Final

from ...model import postgres
from ...model.catalog import DomainType, PgType, ScalarType
from ...model.json_shape import JsonKind, JsonScalar, JsonShape
from ..nullability.conditions import Assumption
from ..nullability.known import Known, special_values
from ..nullability.rules.checks import domain_forbids_value, forbids_value
from ..nullability.scope import Scope
from ..nullability.three_valued import NOT_NULL
from ..tree.enums import SubLinkType
from ..tree.nodes import Node
from ..tree.types import base_type
from .sources import (
    ScopedExpression,
    case_expressions,
    source_expressions,
    subquery_expressions,
)
from .types import NUMBER
from .values import expression_type


def as_number(node: Node, scope: Scope, known: JsonShape) -> JsonShape:
    """Return the shape of a number that is proved to be finite; every other shape as it is *known*."""
    if known != NUMBER:
        return known
    kind = _finite(node, scope)
    return JsonScalar(kind) if kind else known


def _finite(node: Node, scope: Scope) -> JsonKind | None:
    """Return `INTEGER` for whole numbers, `FINITE` for others, None if it may be infinite or NaN."""
    type_ = base_type(expression_type(node, scope))
    if isinstance(type_, ScalarType) and type_.name in _INTEGERS:
        return JsonKind.INTEGER
    if node.tag in ("VAR", "COERCETODOMAIN") and _is_finite_domain(node, scope):
        return JsonKind.FINITE
    match node.tag:
        case "VAR":
            return _of_any(source_expressions(node, scope)) or _of_column(node, scope)
        case "SUBLINK" if node.number("subLinkType") == SubLinkType.EXPR:
            return _of_any(subquery_expressions(node, scope))
        case "CASEEXPR":
            return _of_any(case_expressions(node, scope))
        case "AGGREF" | "WINDOWFUNC":
            return _of_aggregate(node, scope)
        case "COALESCEEXPR" | "MINMAXEXPR":
            return _of_all(node.nodes("args"), scope)
        case "CONST":
            return _of_literal(node)
        case "NULLIFEXPR" | "RELABELTYPE" | "COERCETODOMAIN":
            value = node.node("arg") or next(iter(node.nodes("args")), None)
            return _finite(value, scope) if value else None
        case "FUNCEXPR" | "OPEXPR":
            function = scope.function(node.number("funcid") or node.number("opfuncid"))
            arithmetic = function and function.system and function.name in _ARITHMETIC
            return _of_all(node.nodes("args"), scope) if arithmetic else None
        case _:
            return None


def _is_finite_domain(node: Node, scope: Scope) -> bool:
    """Return whether the type of an expression is a domain of which no value is special.

    Its CHECKs rule them out, or its precision the infinities.
    """
    domain = expression_type(node, scope)
    if not isinstance(domain, DomainType):
        return False
    base = base_type(domain)
    specials = special_values(base.display if isinstance(base, ScalarType) else "")
    has_scale = False
    type_: PgType = domain
    while isinstance(type_, DomainType):
        values = scope.catalog.domain_values.get((type_.schema, type_.name))
        has_scale |= values is not None and values.modifier >= _LEAST_TYPMOD
        type_ = type_.base
    return bool(specials) and all(
        (has_scale and special.is_infinite)
        or domain_forbids_value(domain, special, scope.context)
        for special in specials
    )


def _of_all(arguments: tuple[Node, ...], scope: Scope) -> JsonKind | None:
    """Return the kind of arithmetic on *arguments*: finite if they are, as overflow is an error."""
    kinds = [_finite(argument, scope) for argument in arguments]
    return JsonKind.FINITE if kinds and None not in kinds else None


def _of_aggregate(node: Node, scope: Scope) -> JsonKind | None:
    """Return the kind of an aggregate: sums of whole numbers are whole, averages of them finite."""
    function = scope.function(node.number("aggfnoid") or node.number("winfnoid"))
    arguments = [entry.node("expr") or entry for entry in node.nodes("args")]
    if function is None or not function.system or not arguments:
        return None
    kind = _finite(arguments[0], scope.within_groups())
    if function.name in ("sum", "min", "max", "avg"):
        whole = kind is JsonKind.INTEGER and function.name == "sum"
        return JsonKind.INTEGER if whole else kind and JsonKind.FINITE
    return None


def _of_literal(node: Node) -> JsonKind | None:
    """Return the kind of a `numeric`: its header's first two bits are set for NaN and infinity.

    (numeric.c)
    """
    value = node.datum("constvalue")
    if (
        node.number("consttype") != postgres.NUMERIC
        or len(value) < 6
        or value[5] >= 0xC0
    ):
        return None
    return JsonKind.FINITE


def _of_any(expressions: tuple[ScopedExpression, ...]) -> JsonKind | None:
    """Return the kind of a value that is one of the *expressions*."""
    kinds = {
        _finite(expression, inner)
        for expression, inner in expressions
        if not expression.flag("constisnull")
    }
    if not kinds or None in kinds:
        return None
    return JsonKind.INTEGER if kinds == {JsonKind.INTEGER} else JsonKind.FINITE


def _of_column(var: Node, scope: Scope) -> JsonKind | None:
    """Return `FINITE` for a column that cannot have any of the special values.

    A CHECK of its table or a condition of the query rules them out, as `price < 1000` does NaN, which
    is above all numbers. `numeric(10, 2)` holds no infinity.
    """
    type_ = base_type(expression_type(var, scope))
    family = type_.display if isinstance(type_, ScalarType) else ""
    column = var.number("varno"), var.number("varattno")
    home = scope.up(var.number("varlevelsup"))
    origin = scope.verdict(var).origin
    relation = scope.catalog.relations.get(origin.table) if origin else None
    stored = relation.columns.get(origin.number) if relation and origin else None
    has_scale = stored is not None and stored.modifier >= _LEAST_TYPMOD
    specials = special_values(family)
    for special in specials:
        if has_scale and special.is_infinite:
            continue
        if (
            relation
            and origin
            and forbids_value(relation, origin.number, special, scope.context)
        ):
            continue
        known = Known({column: NOT_NULL}, {column: (special,)})
        if not _rules_out(scope, Assumption(home.depth, known=known)):
            return None
    return JsonKind.FINITE if specials else None


def _rules_out(scope: Scope, assumption: Assumption) -> bool:
    """Return whether no row of the scope is one of which the *assumption* holds."""
    around: Scope | None = scope
    while around is not None and around.depth >= assumption.depth:
        if around.before is not None:  # the conditions are about the row before SET
            return False
        for condition in around.conditions:
            outcome = around.outcome(condition.expression, assumption)
            if not outcome & condition.allowed:
                return True
        around = around.parent
    return False


_INTEGERS = frozenset({"int2", "int4", "int8"})
_ARITHMETIC = frozenset(
    {
        *("numeric", "float8", "float4", "round", "trunc", "ceil", "ceiling", "floor"),
        *("abs", "numeric_abs", "numeric_add", "numeric_sub", "numeric_mul"),
        *("numeric_div", "numeric_mod", "numeric_uminus", "float8pl", "float8mi"),
        *("float8mul", "float8div", "float8um"),
    }
)
_LEAST_TYPMOD: Final = 4
"""The least `atttypmod` of a `numeric` with a precision: `VARHDRSZ` is added (numeric.c)."""
