"""Subqueries in expressions -> whether they may be NULL."""

from ...cardinality.row_count import at_least_one
from ...tree.array_shapes import ASSUMED, array_of, collected
from ...tree.enums import ParamKind, SubLinkType
from ...tree.nodes import Node
from ...tree.types import is_array
from ..foreign_key_joins import always_finds
from ..registry import rule
from ..scope import Scope
from ..verdict import Elements, Verdict, maybe, never, shapes_of, table_of
from .functions import gives_null


@rule("SUBLINK")
def _sublink(node: Node, scope: Scope) -> Verdict:
    kind = node.number("subLinkType")
    query = node.node("subselect")
    if query is None:
        return maybe("nothing is known of the subquery", node.location)
    if kind == SubLinkType.EXISTS:
        return never("`EXISTS` is true or false", node.location)
    inner = scope.subquery(query)
    columns = inner.columns()
    if kind == SubLinkType.ARRAY:
        has_nulls = not columns or columns[0].nullable
        elements = Elements.NULLABLE if has_nulls else Elements.NOT_NULL
        verdict = never("`ARRAY(…)` is never NULL", node.location, elements)
        values = shapes_of(columns[:1]) if columns else ASSUMED
        is_deep = is_array(_output(query), scope.catalog.types)
        shapes = collected(values) if is_deep else array_of(values)
        return verdict.but(table=table_of(columns[:1]), shapes=shapes)
    if kind == SubLinkType.EXPR:
        if not columns:
            return maybe("nothing is known of the subquery", node.location)
        if not columns[0].nullable and always_finds(inner.level, scope):
            reason = f"{columns[0].reason}, and the foreign key leads to a row"
            return columns[0].but(reason=reason, origin=None)
        if not at_least_one(inner.level):
            reason = "the subquery may give no row"
            return columns[0].but(
                nullable=True, reason=reason, location=node.location, origin=None
            )
        return columns[0].but(origin=None)
    if kind in (SubLinkType.ANY, SubLinkType.ALL):
        return _membership(node, columns, scope)
    return maybe("the subquery may give no row", node.location)


def _output(query: Node) -> Node | None:
    """Return the expression of a subquery's first column."""
    targets = query.nodes("targetList")
    return targets[0].node("expr") if targets else None


def _membership(node: Node, columns: tuple[Verdict, ...], scope: Scope) -> Verdict:
    """Return the verdict of `x IN (SELECT y …)`, NULL if x is, or if a y is and none is equal."""
    comparison = node.node("testexpr")
    if comparison is None or comparison.tag != "OPEXPR":
        return maybe("the comparison may be NULL", node.location)
    reason = gives_null(comparison, scope)
    if reason:
        return maybe(reason, node.location)
    for argument in comparison.nodes("args"):
        value = _compared(argument, columns, scope)
        if value.nullable:
            return maybe(value.reason, value.location)
    return never("neither side of the comparison is NULL", node.location)


def _compared(node: Node, columns: tuple[Verdict, ...], scope: Scope) -> Verdict:
    inner = node
    while inner.tag in ("RELABELTYPE", "COLLATEEXPR"):
        inner = inner.node("arg") or node
    if inner.tag == "PARAM" and inner.number("paramkind") == ParamKind.SUBLINK:
        place = inner.number("paramid") - 1
        if place < len(columns):
            return columns[place]
    return scope.verdict(node)
