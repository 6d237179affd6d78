"""SQL/JSON expressions (PostgreSQL 16 and newer) -> what they may be."""

from ...tree.nodes import Node
from ..registry import rule
from ..scope import Scope
from ..verdict import Verdict, maybe, never
from .expressions import all_of

_OBJECT, _ARRAY, _OBJECT_AGGREGATE, _ARRAY_AGGREGATE = 1, 2, 3, 4  # JsonConstructorType
_EXISTS = 0  # JsonExprOp
_UNKNOWN = 5  # JsonBehaviorType
_KEEPING = frozenset({"RELABELTYPE", "COERCEVIAIO"})


@rule("JSONCONSTRUCTOREXPR")
def _constructor(node: Node, scope: Scope) -> Verdict:
    """`JSON_OBJECT(…)` and `JSON_ARRAY(…)` are something; the others as what they are given is."""
    coercion = node.node("coercion")
    if coercion is not None and coercion.tag not in _KEEPING:
        return maybe("the cast of RETURNING may give NULL", node.location)
    kind = node.number("type")
    if kind in (_OBJECT, _ARRAY):
        return never("a JSON object or array is never NULL", node.location)
    if kind in (_OBJECT_AGGREGATE, _ARRAY_AGGREGATE):
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
    """`JSON_EXISTS` is true or false; what JSON_VALUE and JSON_QUERY look for may be missing."""
    document, path = node.node("formatted_expr"), node.node("path_spec")
    on_error = node.node("on_error")
    if (
        node.number("op") != _EXISTS
        or document is None
        or path is None
        or (on_error is not None and on_error.number("btype") == _UNKNOWN)
    ):
        return maybe("the path may lead to nothing", node.location)
    return all_of((document, path), scope, "`JSON_EXISTS` is true or false")
