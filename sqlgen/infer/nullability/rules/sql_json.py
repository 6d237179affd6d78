"""SQL/JSON expressions (PostgreSQL 16 and newer) -> whether they may be NULL."""

from ...tree.enums import JsonBehaviorType, JsonConstructorType, JsonExprOp
from ...tree.nodes import Node
from ..registry import rule
from ..scope import Scope
from ..verdict import Verdict, maybe, never
from .expressions import all_of

_KEEPING = frozenset({"RELABELTYPE", "COERCEVIAIO"})


@rule("JSONCONSTRUCTOREXPR")
def _constructor(node: Node, scope: Scope) -> Verdict:
    """Return the verdict of a constructor; only `JSON_OBJECT(…)` and `JSON_ARRAY(…)` are never NULL."""
    coercion = node.node("coercion")
    if coercion is not None and coercion.tag not in _KEEPING:
        return maybe("the cast of RETURNING may give NULL", node.location)
    kind = node.number("type")
    if kind in (JsonConstructorType.OBJECT, JsonConstructorType.ARRAY):
        return never("a JSON object or array is never NULL", node.location)
    if kind in (JsonConstructorType.OBJECTAGG, JsonConstructorType.ARRAYAGG):
        return scope.verdict(node.node("func"))
    return all_of(node.nodes("args"), scope, "JSON of what is not NULL")


@rule("JSONVALUEEXPR")
def _value(node: Node, scope: Scope) -> Verdict:
    return scope.verdict(node.node("formatted_expr"))


@rule("JSONISPREDICATE")
def _is_json(node: Node, scope: Scope) -> Verdict:
    return scope.verdict(node.node("expr")).but(origin=None)


@rule("JSONEXPR")
def _query(node: Node, scope: Scope) -> Verdict:
    """Return the verdict of a JSON query; JSON_VALUE and JSON_QUERY may find nothing."""
    document, path = node.node("formatted_expr"), node.node("path_spec")
    on_error = node.node("on_error")
    if (
        node.number("op") != JsonExprOp.EXISTS
        or document is None
        or path is None
        or (
            on_error is not None
            and on_error.number("btype") == JsonBehaviorType.UNKNOWN
        )
    ):
        return maybe("the path may lead to nothing", node.location)
    return all_of((document, path), scope, "`JSON_EXISTS` is true or false")
