"""Expressions other than calls -> what they may be."""

from ...tree.enums import SQL_VALUE_FUNCTIONS, MinMaxOp, ParamKind, RTEKind, XmlExprOp
from ...tree.nodes import Node
from ..conditions import Assumption, Condition
from ..outer_joins import Optional
from ..reasons import kept, name
from ..registry import rule
from ..scope import GROUPING_SETS, Scope
from ..three_valued import FALSE, NULL, TRUE
from ..verdict import Elements, Verdict, any_of, elements_of, maybe, never
from .tables import one_is_set


def column(node: Node, scope: Scope) -> Verdict:
    """A column (a Var), of this query's FROM or of one around it."""
    home = scope.up(node.number("varlevelsup"))
    varno, attno = node.number("varno"), node.number("varattno")
    verdict = home.column(varno, attno)
    entry = home.entry(varno)
    kind = entry.number("rtekind") if entry else RTEKind.JOIN
    if kind != RTEKind.GROUP and home.group_nulls and not verdict.nullable:
        verdict = verdict.but(nullable=True, reason=GROUPING_SETS)
    side = (
        None if kind in (RTEKind.JOIN, RTEKind.GROUP) else _missing(varno, home, scope)
    )
    if side is not None:
        location = side.join.node("quals")
        verdict = verdict.but(
            nullable=True,
            reason=side.reason,
            location=location.location if location else -1,
        )
    if not verdict.nullable:
        there = home.joined.there.get(varno)
        return (
            verdict.but(reason=f"{verdict.reason}, and {there}") if there else verdict
        )
    assumption = Assumption(home.depth, columns=frozenset({(varno, attno)}))
    condition = scope.refuting(assumption)
    if condition is None:
        return verdict
    return verdict.but(
        nullable=False,
        reason=kept(condition, name(varno, attno, home), scope),
        location=condition.expression.location,
    )


def _missing(varno: int, home: Scope, scope: Scope) -> Optional | None:
    """The side of an outer join that the relation may be missing with, where it stands.

    A WHEN or FILTER that needs the side says that it is there.
    """
    side = home.joined.missing(varno)
    if side is None or home.before is not None:
        return side
    for side in home.joined.optional:
        assumption = Assumption(home.depth, relations=side.relations)
        if varno in side.relations and not scope.refuting(assumption):
            return side
    return None


@rule("CONST")
def _const(node: Node, _: Scope) -> Verdict:
    if node.flag("constisnull"):
        return maybe("the query says NULL", node.location, Elements.NOT_NULL)
    return never("a literal is never NULL", node.location, _literal_elements(node))


def _literal_elements(node: Node) -> Elements:
    """An array's header (array.h): its length, dimensions, and where data begin after NULLs' bits."""
    header = node.datum("constvalue")[:12]
    # The lowest bits of the length tell headers of other kinds (varatt.h).
    no_nulls = len(header) == 12 and not header[0] & 3 and not any(header[8:12])
    return Elements.NOT_NULL if no_nulls else Elements.NULLABLE


@rule("PARAM")
def _param(node: Node, scope: Scope) -> Verdict:
    number = node.number("paramid")
    if node.number("paramkind") != ParamKind.EXTERN:
        return maybe("nothing is known of the subquery's value", node.location)
    given = scope.context.parameters.get(number)
    if given is None:
        return maybe(f"the parameter ${number} may be NULL", node.location)
    return given


@rule("RELABELTYPE", "COLLATEEXPR", "NAMEDARGEXPR")
def _relabel(node: Node, scope: Scope) -> Verdict:
    """Another type's or collation's name for the same value."""
    return scope.verdict(node.node("arg"))


@rule("CONVERTROWTYPEEXPR", "COERCETODOMAIN")
def _convert(node: Node, scope: Scope) -> Verdict:
    """A NULL stays one, also as a value of a domain that is NOT NULL (an error, or not looked at)."""
    return scope.verdict(node.node("arg")).but(origin=None)


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
    """What is not NULL if none of its *arguments* is."""
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
    found: list[Verdict] = []
    for argument in arguments:
        found.append(scope.verdict(argument))
        if not found[-1].nullable:
            reason = "`COALESCE` ends with what is not NULL"
            if len(found) == 1:
                reason = found[0].reason
            return never(reason, node.location, elements_of(found))
    check = _one_of(arguments, scope)
    if check is not None:
        reason = f"the CHECK {check} lets one of `COALESCE`'s columns not be NULL"
        return never(reason, node.location, elements_of(found))
    return any_of(found).but(origin=None)


def _one_of(arguments: tuple[Node, ...], scope: Scope) -> str | None:
    """The CHECK that says that one of the columns is set, where they are of one row."""
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
            or home.joined.missing(varno)
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
    """GREATEST and LEAST pass over NULLs."""
    verdicts = [scope.verdict(argument) for argument in node.nodes("args")]
    for verdict in verdicts:
        if not verdict.nullable:
            title = "LEAST" if node.number("op") == MinMaxOp.LEAST else "GREATEST"
            return never(f"`{title}` has an argument that is not NULL", node.location)
    return any_of(verdicts).but(origin=None)


@rule("CASEEXPR")
def _case(node: Node, scope: Scope) -> Verdict:
    """Every arm, where its own WHEN is true and those before are not; and ELSE."""
    passed: list[Condition] = []
    found: list[Verdict] = []
    for when in node.nodes("args"):
        condition = when.node("expr")
        here = passed
        if condition is not None:
            here = [*passed, Condition(condition, "WHEN", TRUE)]
            passed = [*passed, Condition(condition, "ELSE of", FALSE | NULL)]
        found.append(scope.assuming(*here).verdict(when.node("result")))
    default = node.node("defresult")
    if default is None or default.flag("constisnull"):
        return maybe("`CASE` gives NULL where no WHEN holds", node.location)
    found.append(scope.assuming(*passed).verdict(default))
    verdict = any_of(found).but(origin=None)
    if verdict.nullable:
        return verdict
    return verdict.but(reason="no arm of `CASE` gives NULL", location=node.location)


@rule("ARRAYEXPR")
def _array(node: Node, scope: Scope) -> Verdict:
    """`ARRAY[…]`; of one with more dimensions, the elements are arrays, whose elements count."""
    verdicts = [scope.verdict(element) for element in node.nodes("elements")]
    elements = Elements.NOT_NULL
    if node.flag("multidims"):
        elements = elements_of(verdicts)
    elif any(verdict.nullable for verdict in verdicts):
        elements = Elements.NULLABLE
    return never("`ARRAY[…]` is never NULL", node.location, elements)


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
def _subscript(node: Node, _: Scope) -> Verdict:
    return maybe("a subscript may point to nothing", node.location)


@rule("FIELDSELECT")
def _field(node: Node, _: Scope) -> Verdict:
    return maybe("a field of a row may be NULL", node.location)


@rule("NULLIFEXPR")
def _null_if(node: Node, _: Scope) -> Verdict:
    return maybe("`NULLIF` gives NULL where both are equal", node.location)


@rule("XMLEXPR")
def _xml(node: Node, _: Scope) -> Verdict:
    """Only XMLELEMENT and XMLPI-like constructors are sure; XMLFOREST of NULLs is NULL."""
    if node.number("op") == XmlExprOp.ELEMENT:
        return never("`XMLELEMENT` never gives NULL", node.location)
    return maybe("the XML may be NULL", node.location)
