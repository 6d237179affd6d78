"""Expressions -> the shapes of their values in JSON, where more is known than their types say."""

from ...model import postgres
from ...model.catalog import PgType, ScalarType
from ...model.json_shape import (
    ANY,
    JsonArray,
    JsonItem,
    JsonKind,
    JsonLiterals,
    JsonObject,
    JsonScalar,
    JsonShape,
)
from ..columns.literals import literals_of
from ..nullability.scope import Scope
from ..tree.enums import SubLinkType
from ..tree.nodes import Node
from ..tree.types import base_type, type_of
from .merging import NOTHING
from .sources import output_expressions, source_expressions
from .types import NUMBER, STRING, TEXTS


def expression_type(node: Node, scope: Scope) -> PgType | None:
    """Return the type of an expression, None if it is not known."""
    types = scope.catalog.types
    match node.tag:
        case "VAR" if not node.number("vartype"):
            return _column_type(node, scope)
        case tag if tag in _BOOLEAN:
            return types.get(postgres.BOOL)
        case "SUBLINK" if node.number("subLinkType") in (
            SubLinkType.EXPR,
            SubLinkType.ARRAY,
        ):
            query = node.node("subselect")
            output = output_expressions(scope.subquery(query), 1) if query else ()
            inner = expression_type(*output[0]) if output else None
            if node.number("subLinkType") == SubLinkType.EXPR or inner is None:
                return inner
            arrays = (t for t in types.values() if getattr(t, "element", None) == inner)
            return next(arrays, None)
        case "SUBLINK":
            return types.get(postgres.BOOL)
        case "COLLATEEXPR" | "NAMEDARGEXPR" | "JSONVALUEEXPR":
            name = "formatted_expr" if node.tag == "JSONVALUEEXPR" else "arg"
            value = node.node(name)
            return expression_type(value, scope) if value else None
        case "JSONCONSTRUCTOREXPR":
            returning = node.node("returning")
            return types.get(returning.number("typid")) if returning else None
        case "SQLVALUEFUNCTION" | "XMLEXPR":
            return types.get(node.number("type"))
        case _:
            return types.get(type_of(node))


def constant(node: Node) -> JsonShape:
    """Return the shape of a JSON literal; it is known of empty arrays and objects only."""
    if node.flag("constisnull"):
        return NOTHING
    value = node.datum("constvalue")[postgres.VARLENA_HEADER :]
    if node.number("consttype") == postgres.JSON:
        return _EMPTY.get(bytes(value).strip(), ANY)
    # Then the flags of the container with the number of its items (jsonb.h).
    return _EMPTY.get(_CONTAINERS.get(bytes(value), b""), ANY)


def constant_key(node: Node) -> str | None:
    """Return the text of a text literal, None for every other expression."""
    if node.tag != "CONST" or node.flag("constisnull"):
        return None
    value = node.datum("constvalue")
    if node.number("consttype") == postgres.UNKNOWN:
        value = value.rstrip(b"\0")
    elif node.number("consttype") == postgres.TEXT:
        value = value[postgres.VARLENA_HEADER :]
    else:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def literals(node: Node, scope: Scope, known: JsonShape) -> JsonShape | None:
    """Return the only values of the table's column that a text comes from, None if any is allowed."""
    type_ = base_type(expression_type(node, scope))
    if known != STRING or not isinstance(type_, ScalarType) or type_.name not in TEXTS:
        return None
    origin = scope.verdict(node).origin
    relation = scope.catalog.relations.get(origin.table) if origin else None
    column = relation.columns.get(origin.number) if origin and relation else None
    values = literals_of(column) if column else ()
    return JsonLiterals(values) if values else None


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
    match node.tag:
        case "VAR":
            sources = source_expressions(node, scope)
            kinds = {_finite(expression, inner) for expression, inner in sources}
            if not kinds or None in kinds:
                return None
            return JsonKind.INTEGER if kinds == {JsonKind.INTEGER} else JsonKind.FINITE
        case "AGGREF" | "WINDOWFUNC":
            return _of_aggregate(node, scope)
        case "COALESCEEXPR":
            return _of_all(node.nodes("args"), scope)
        case "CONST":
            return _of_literal(node)
        case "FUNCEXPR" | "OPEXPR":
            function = scope.function(node.number("funcid") or node.number("opfuncid"))
            arithmetic = function and function.system and function.name in _ARITHMETIC
            return _of_all(node.nodes("args"), scope) if arithmetic else None
        case _:
            return None


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


def _column_type(node: Node, scope: Scope) -> PgType | None:
    """Return the type of a row's field, of which there is no expression in the tree."""
    _, source = scope.resolve(node)
    if source and source.relation:
        column = source.relation.relation.columns.get(source.attno)
        return column.type if column else None
    sources = source_expressions(node, scope)
    types = {expression_type(expression, inner) for expression, inner in sources}
    return types.pop() if len(types) == 1 else None


_BOOLEAN = frozenset(
    {
        "BOOLEANTEST",
        "BOOLEXPR",
        "CURRENTOFEXPR",
        "JSONISPREDICATE",
        "NULLTEST",
        "ROWCOMPAREEXPR",
        "SCALARARRAYOPEXPR",
    }
)
_INTEGERS = frozenset({"int2", "int4", "int8"})
_ARITHMETIC = frozenset(
    {
        *("numeric", "float8", "float4", "round", "trunc", "ceil", "ceiling", "floor"),
        *("abs", "numeric_abs", "numeric_add", "numeric_sub", "numeric_mul"),
        *("numeric_div", "numeric_mod", "numeric_uminus", "float8pl", "float8mi"),
        *("float8mul", "float8div", "float8um"),
    }
)
_EMPTY: dict[bytes, JsonShape] = {
    b"[]": JsonArray(JsonItem(NOTHING, nullable=False)),
    b"{}": JsonObject(()),
}
_CONTAINERS = {b"\0\0\0\x40": b"[]", b"\0\0\0\x20": b"{}"}
"""`JB_FARRAY` and `JB_FOBJECT` of no items, as an integer in the server's order."""
