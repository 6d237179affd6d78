"""Expressions -> the shapes of their values in JSON, where more is known than their types say."""

from ...model import postgres
from ...model.catalog import PgType, ScalarType
from ...model.json_shape import (
    ANY,
    JsonArray,
    JsonItem,
    JsonLiterals,
    JsonObject,
    JsonShape,
)
from ..columns.literals import literals_of
from ..nullability.scope import Scope
from ..tree.enums import SubLinkType
from ..tree.nodes import Node
from ..tree.types import base_type, type_of
from .merging import NOTHING
from .sources import output_expressions, source_expressions
from .types import STRING, TEXTS


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
_EMPTY: dict[bytes, JsonShape] = {
    b"[]": JsonArray(JsonItem(NOTHING, nullable=False)),
    b"{}": JsonObject(()),
}
_CONTAINERS = {b"\0\0\0\x40": b"[]", b"\0\0\0\x20": b"{}"}
"""`JB_FARRAY` and `JB_FOBJECT` of no items, as an integer in the server's order."""
