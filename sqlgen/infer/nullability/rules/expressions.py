"""Expressions other than calls -> whether they may be NULL."""

import sys

from ....model.catalog import ArrayType
from ...tree import array_shapes
from ...tree.array_shapes import NO_SHAPE
from ...tree.enums import SQL_VALUE_FUNCTIONS, MinMaxOp, ParamKind, RTEKind, XmlExprOp
from ...tree.nodes import Node
from ...tree.types import base_type
from ..conditions import Condition
from ..registry import rule
from ..scope import Scope
from ..three_valued import FALSE, NULL, TRUE
from ..verdict import (
    ANY_TABLE,
    Elements,
    Verdict,
    any_of,
    elements_of,
    maybe,
    never,
    shapes_of,
    table_of,
)
from .checks import one_is_set


@rule("CONST")
def _const(node: Node, scope: Scope) -> Verdict:
    if node.flag("constisnull"):
        verdict = maybe("the query says NULL", node.location, Elements.NOT_NULL)
        return verdict.but(table=ANY_TABLE, shapes=NO_SHAPE)
    verdict = never("a literal is never NULL", node.location)
    type_ = base_type(scope.catalog.types.get(node.number("consttype")))
    if not isinstance(type_, ArrayType):
        return verdict
    dimensions = literal_dimensions(node)
    return verdict.but(
        elements=_literal_elements(node),
        table=0 if dimensions else ANY_TABLE,
        shapes=array_shapes.of_dimensions(dimensions),
    )


def _literal_elements(node: Node) -> Elements:
    """Return whether an array literal has NULLs, by its header (array.h).

    The header's first three integers are the length, the number of dimensions, and the place of the
    elements behind a bitmap of NULLs, which is 0 if there is no bitmap.
    """
    header = node.datum("constvalue")[:12]
    # The lowest bits of the length tell headers of other kinds (varatt.h).
    no_nulls = len(header) == 12 and not header[0] & 3 and not any(header[8:12])
    return Elements.NOT_NULL if no_nulls else Elements.NULLABLE


def literal_dimensions(node: Node) -> int:
    """Return how many dimensions an array literal has: the integer after its length (array.h)."""
    return int.from_bytes(node.datum("constvalue")[4:8], sys.byteorder)


def literal_length(node: Node) -> int:
    """Return how many elements an array literal has in its first dimension, by its header."""
    return int.from_bytes(node.datum("constvalue")[16:20], sys.byteorder)


@rule("PARAM")
def _param(node: Node, scope: Scope) -> Verdict:
    number = node.number("paramid")
    if node.number("paramkind") != ParamKind.EXTERN:
        return maybe("nothing is known of the subquery's value", node.location)
    verdict = scope.context.parameters.get(number)
    if verdict is None:
        return maybe(f"the parameter ${number} may be NULL", node.location)
    return verdict


@rule("RELABELTYPE", "COLLATEEXPR", "NAMEDARGEXPR")
def _relabel(node: Node, scope: Scope) -> Verdict:
    """Return the argument's verdict: only the type's or collation's name is another."""
    return scope.verdict(node.node("arg"))


@rule("COERCETODOMAIN")
def _to_domain(node: Node, scope: Scope) -> Verdict:
    """Return the argument's verdict: a NULL stays one, unless a domain's check raises an error."""
    return scope.verdict(node.node("arg")).but(origin=None)


@rule("CONVERTROWTYPEEXPR")
def _convert(node: Node, scope: Scope) -> Verdict:
    """Return the argument's verdict: a row becomes one of a parent table's type."""
    return scope.verdict(node.node("arg")).but(origin=None, table=0)


@rule("CASETESTEXPR", "SETTODEFAULT")
def _unknown(node: Node, _: Scope) -> Verdict:
    return maybe("the default may be NULL", node.location)


@rule("NULLTEST", "BOOLEANTEST")
def _test(node: Node, _: Scope) -> Verdict:
    return never("a test for NULL or truth is true or false", node.location)


@rule("BOOLEXPR")
def _boolean(node: Node, scope: Scope) -> Verdict:
    return all_of(node.nodes("args"), scope, "AND, OR and NOT of what is not NULL")


def all_of(arguments: tuple[Node, ...], scope: Scope, reason: str) -> Verdict:
    """Return the verdict of an expression that is not NULL if none of its *arguments* is."""
    location = -1
    for argument in arguments:
        verdict = scope.verdict(argument)
        if verdict.nullable:
            return maybe(verdict.reason, verdict.location)
        location = argument.location if location < 0 else location
    return never(reason, location)


@rule("COALESCEEXPR")
def _coalesce(node: Node, scope: Scope) -> Verdict:
    arguments = node.nodes("args")
    verdicts: list[Verdict] = []
    for argument in arguments:
        verdicts.append(scope.verdict(argument))
        if not verdicts[-1].nullable:
            reason = "`COALESCE` ends with what is not NULL"
            if len(verdicts) == 1:
                reason = verdicts[0].reason
            return _one_of_arrays(never(reason, node.location), verdicts)
    check = _one_of(arguments, scope)
    if check is not None:
        reason = f"the CHECK {check} rules out that all columns of `COALESCE` are NULL"
        return _one_of_arrays(never(reason, node.location), verdicts)
    return any_of(verdicts).but(origin=None)


def _one_of_arrays(verdict: Verdict, values: list[Verdict]) -> Verdict:
    """Return the verdict with what is known of arrays of which the value is one."""
    return verdict.but(
        elements=elements_of(values), table=table_of(values), shapes=shapes_of(values)
    )


def _one_of(arguments: tuple[Node, ...], scope: Scope) -> str | None:
    """Return the name of a CHECK that rules out that all of a row's columns here are NULL, if any."""
    columns = [a for a in arguments if a.tag == "VAR" and a.number("varattno") > 0]
    for varno, levels in {
        (c.number("varno"), c.number("varlevelsup")) for c in columns
    }:
        home = scope.up(levels)
        entry = home.entry(varno)
        if (
            entry is None
            or entry.number("rtekind") != RTEKind.RELATION
            or home.group_nulls
            or home.joined.nullable_side(varno)
        ):
            continue
        relation = scope.relation(entry)
        numbers = frozenset(
            c.number("varattno")
            for c in columns
            if (c.number("varno"), c.number("varlevelsup")) == (varno, levels)
        )
        if relation and relation.kind in ("r", "p") and len(numbers) > 1:
            check = one_is_set(relation, numbers, scope.context)
            if check is not None:
                return check
    return None


@rule("MINMAXEXPR")
def _greatest(node: Node, scope: Scope) -> Verdict:
    """Return the verdict of GREATEST or LEAST, which pass over NULLs."""
    verdicts = [scope.verdict(argument) for argument in node.nodes("args")]
    for verdict in verdicts:
        if not verdict.nullable:
            title = "LEAST" if node.number("op") == MinMaxOp.LEAST else "GREATEST"
            reason = f"`{title}` has an argument that is not NULL"
            return never(reason, node.location).but(shapes=shapes_of(verdicts))
    return any_of(verdicts).but(origin=None)


@rule("CASEEXPR")
def _case(node: Node, scope: Scope) -> Verdict:
    """Return the verdict of any arm: one where its WHEN is true and those before are not, or ELSE."""
    passed: list[Condition] = []
    verdicts: list[Verdict] = []
    for when in node.nodes("args"):
        condition = when.node("expr")
        here = passed
        if condition is not None:
            here = [*passed, Condition(condition, "WHEN", TRUE)]
            passed = [*passed, Condition(condition, "ELSE of", FALSE | NULL)]
        verdicts.append(scope.assuming(*here).verdict(when.node("result")))
    default = node.node("defresult")
    if default is None or default.flag("constisnull"):
        return any_of(verdicts).but(
            nullable=True,
            reason="`CASE` gives NULL where no WHEN holds",
            location=node.location,
            origin=None,
        )
    verdicts.append(scope.assuming(*passed).verdict(default))
    verdict = any_of(verdicts).but(origin=None)
    if verdict.nullable:
        return verdict
    return verdict.but(reason="no arm of `CASE` gives NULL", location=node.location)


@rule("ARRAYEXPR")
def _array(node: Node, scope: Scope) -> Verdict:
    """Return the verdict of `ARRAY[…]`; with more dimensions, its elements are arrays themselves."""
    verdicts = [scope.verdict(element) for element in node.nodes("elements")]
    shapes = shapes_of(verdicts)
    elements = Elements.NOT_NULL
    if node.flag("multidims"):
        elements = elements_of(verdicts)
        shapes = array_shapes.collected(shapes)
    elif not verdicts:
        shapes = NO_SHAPE
    else:
        if any(verdict.nullable for verdict in verdicts):
            elements = Elements.NULLABLE
        shapes = array_shapes.array_of(shapes)
    verdict = never("`ARRAY[…]` is never NULL", node.location, elements)
    return verdict.but(table=table_of(verdicts), shapes=shapes)


@rule("ROWEXPR")
def _row(node: Node, _: Scope) -> Verdict:
    return never("`ROW(…)` is never NULL", node.location)


@rule("GROUPINGFUNC")
def _grouping(node: Node, _: Scope) -> Verdict:
    return never("`GROUPING` never gives NULL", node.location)


@rule("MERGESUPPORTFUNC")
def _merge_action(node: Node, _: Scope) -> Verdict:
    return never("`merge_action` never gives NULL", node.location)


@rule("NEXTVALUEEXPR")
def _next_value(node: Node, _: Scope) -> Verdict:
    return never("a sequence's next value is never NULL", node.location)


@rule("CURRENTOFEXPR")
def _current_of(node: Node, _: Scope) -> Verdict:
    return never("`CURRENT OF` is true or false", node.location)


@rule("SQLVALUEFUNCTION")
def _value_function(node: Node, _: Scope) -> Verdict:
    title = SQL_VALUE_FUNCTIONS[node.number("op")]
    if title == "CURRENT_SCHEMA":
        return maybe("`CURRENT_SCHEMA` is NULL if no schema is searched", node.location)
    return never(f"`{title}` never gives NULL", node.location)


@rule("SUBSCRIPTINGREF")
def _subscript(node: Node, scope: Scope) -> Verdict:
    """Return the verdict of `a[1]`, or of a slice `a[1:2]`, which is an array of the same elements.

    A slice is NULL only if the array or a bound is; beyond the array it is empty.
    """
    array = node.node("refexpr")
    if not node.nodes_or_nulls("reflowerindexpr") or node.node("refassgnexpr"):
        shapes = array_shapes.elements_of(scope.verdict(array).shapes)
        nothing = maybe("a subscript may point to nothing", node.location)
        return nothing.but(shapes=shapes)
    bounds = node.nodes("reflowerindexpr") + node.nodes("refupperindexpr")
    verdict = all_of(
        ((array,) if array else ()) + bounds, scope, "a slice of what is not NULL"
    )
    sliced = scope.verdict(array)
    return verdict.but(
        elements=sliced.elements, table=sliced.table, shapes=sliced.shapes
    )


@rule("NULLIFEXPR")
def _null_if(node: Node, scope: Scope) -> Verdict:
    first = scope.verdict(node.nodes("args")[0])
    reason = "`NULLIF` gives NULL where both are equal"
    return maybe(reason, node.location).but(shapes=first.shapes)


@rule("XMLEXPR")
def _xml(node: Node, _: Scope) -> Verdict:
    """Return the verdict of an XML expression; XMLFOREST of NULLs, for instance, is NULL."""
    if node.number("op") == XmlExprOp.ELEMENT:
        return never("`XMLELEMENT` never gives NULL", node.location)
    return maybe("the XML may be NULL", node.location)
