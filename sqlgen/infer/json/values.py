"""Expressions -> what is known of their values beyond what their types say in JSON."""

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
from ..tree.enums import RTEKind, SubLinkType
from ..tree.nodes import Node
from ..tree.types import type_of
from .merging import NOTHING
from .sources import outputs, sources
from .types import NUMBER, STRING, TEXTS, base


def typed(node: Node, scope: Scope) -> PgType | None:
    """The type of an expression; None where it is not known."""
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
            found = outputs(scope.child(query), 1) if query else ()
            inner = typed(*found[0]) if found else None
            if node.number("subLinkType") == SubLinkType.EXPR or inner is None:
                return inner
            arrays = (t for t in types.values() if getattr(t, "element", None) == inner)
            return next(arrays, None)
        case "SUBLINK":
            return types.get(postgres.BOOL)
        case "COLLATEEXPR" | "NAMEDARGEXPR" | "JSONVALUEEXPR":
            name = "formatted_expr" if node.tag == "JSONVALUEEXPR" else "arg"
            value = node.node(name)
            return typed(value, scope) if value else None
        case "JSONCONSTRUCTOREXPR":
            returning = node.node("returning")
            return types.get(returning.number("typid")) if returning else None
        case "SQLVALUEFUNCTION" | "XMLEXPR":
            return types.get(node.number("type"))
        case _:
            return types.get(type_of(node))


def constant(node: Node) -> JsonShape:
    """The shape of a JSON literal: only empty arrays and objects are of any use."""
    if node.flag("constisnull"):
        return NOTHING
    value = node.datum("constvalue")[postgres.VARLENA_HEADER :]
    if node.number("consttype") == postgres.JSON:
        return _EMPTY.get(bytes(value).strip(), ANY)
    # Then the flags of the container with the number of its items (jsonb.h).
    return _EMPTY.get(_CONTAINERS.get(bytes(value), b""), ANY)


def dimensions(array: Node) -> int:
    """How many dimensions an array literal has: the number after the varlena header (array.h)."""
    return int.from_bytes(array.datum("constvalue")[4:8], "little")


def constant_key(node: Node) -> str | None:
    """The key that a text literal is; None for everything else."""
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
    """The only values of the table's column that a text is."""
    type_ = base(typed(node, scope))
    if known != STRING or not isinstance(type_, ScalarType) or type_.name not in TEXTS:
        return None
    origin = scope.verdict(node).origin
    relation = scope.catalog.relations.get(origin.table) if origin else None
    column = relation.columns.get(origin.number) if origin and relation else None
    found = literals_of(column) if column else ()
    return JsonLiterals(found) if found else None


def as_number(node: Node, scope: Scope, known: JsonShape) -> JsonShape:
    """A number that is proved to be no NaN and not infinite; everything else as it is *known*."""
    if known != NUMBER:
        return known
    kind = _finite(node, scope)
    return JsonScalar(kind) if kind else known


def _finite(node: Node, scope: Scope) -> JsonKind | None:
    """`INTEGER` for whole numbers, `FINITE` for others, None for what may be more."""
    type_ = base(typed(node, scope))
    if isinstance(type_, ScalarType) and type_.name in _INTEGERS:
        return JsonKind.INTEGER
    match node.tag:
        case "VAR":
            found = sources(node, scope)
            kinds = {_finite(each, inner) for each, inner in found}
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
    """Out of range is an error, so arithmetic of what is finite is; it may have a fraction."""
    kinds = [_finite(argument, scope) for argument in arguments]
    return JsonKind.FINITE if kinds and None not in kinds else None


def _of_aggregate(node: Node, scope: Scope) -> JsonKind | None:
    """Sums of whole numbers are whole, averages of them finite."""
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
    """A `numeric`; the first two bits of its header are set for special values (numeric.c)."""
    value = node.datum("constvalue")
    if (
        node.number("consttype") != postgres.NUMERIC
        or len(value) < 6
        or value[5] >= 0xC0
    ):
        return None
    return JsonKind.FINITE


def _column_type(node: Node, scope: Scope) -> PgType | None:
    """The type of a row's field, of which there is no expression in the tree."""
    home = scope.up(node.number("varlevelsup"))
    entry = home.entry(node.number("varno"))
    relation = home.relation(entry) if entry else None
    if entry and relation and entry.number("rtekind") == RTEKind.RELATION:
        column = relation.columns.get(node.number("varattno"))
        return column.type if column else None
    found = sources(node, scope)
    types = {typed(each, inner) for each, inner in found}
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
