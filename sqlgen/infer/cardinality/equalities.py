"""Conditions of a query -> columns that they set equal to something else."""

from collections.abc import Iterator
from typing import NamedTuple

from ...model.catalog import ArrayType, DomainType, PgType
from ..nullability.conditions import conjuncts
from ..tree.enums import JoinType
from ..tree.nodes import Node
from ..tree.query_level import Level, own_nodes, reference, stood_for, unchanged
from .unique_indexes import expression_numbers


class Binding(NamedTuple):
    """A column that a condition sets equal to something of other relations, or of none."""

    place: int
    number: int
    by: frozenset[int]


def bindings(level: Level) -> Iterator[Binding]:
    """All equalities that hold for the rows of the result, or of a join's inner side."""
    for condition, kept in conditions(level):
        yield from _equality(condition, level, kept)


def conditions(level: Level) -> Iterator[tuple[Node, frozenset[int]]]:
    """All that is true of the rows of the result, or of a join's inner side.

    Each with the entries that a join keeps the rows of even where it is not true.
    """
    tree = level.query.node("jointree")
    if tree:
        yield from _conditions_below(tree)
    merge = level.query.node("mergeJoinCondition")
    if merge:
        yield from ((part, frozenset()) for part in conjuncts(merge))


def nullable_side(level: Level) -> frozenset[int]:
    """The entries that an outer join may put NULLs in the place of."""
    tree = level.query.node("jointree")
    found: set[int] = set()
    for node in own_nodes(tree) if tree else ():
        sides: dict[int, list[str]] = {
            JoinType.LEFT: ["rarg"],
            JoinType.RIGHT: ["larg"],
            JoinType.FULL: ["larg", "rarg"],
        }
        if node.tag == "JOINEXPR":
            for name in sides.get(node.number("jointype"), ()):
                side = node.node(name)
                found |= _below(side) if side else frozenset()
    return frozenset(found)


def depends_on(node: Node, level: Level) -> frozenset[int] | None:
    """The entries of this query that a value depends on; None if it is not the same each time.

    A scalar subquery that refers to nothing outside of it is run once (an InitPlan), so that it
    may be as volatile as it likes.
    """
    if node.tag == "SUBLINK":
        below = list(_with_depth(node, 0))
        correlated = {n.number("varno") for n, depth in below if _refers(n, depth)}
        volatile = any(_differs(inner, level) for inner, _ in below)
        return None if correlated and volatile else frozenset(correlated)
    if node.tag in _OVER_ROWS or _differs(node, level):
        return None
    if node.tag == "VAR" and not node.number("varlevelsup"):
        if expression := stood_for(node, level):
            return depends_on(expression, level)
        return frozenset({node.number("varno")})
    found: set[int] = set()
    for child in node.children:
        inner = depends_on(child, level)
        if inner is None:
            return None
        found |= inner
    return frozenset(found)


def lateral_to(entry: Node) -> frozenset[int]:
    """The entries of the same FROM that a LATERAL one is evaluated for each row of."""
    if not entry.flag("lateral"):
        return frozenset()
    below = _with_depth(entry, 0)
    return frozenset(n.number("varno") for n, depth in below if _refers(n, depth))


def _refers(node: Node, depth: int) -> bool:
    """Whether a node *depth* queries further in is a column of this one."""
    return node.tag == "VAR" and node.number("varlevelsup") == depth


def _with_depth(node: Node, depth: int) -> Iterator[tuple[Node, int]]:
    """All nodes, and how many queries further in each stands."""
    yield node, depth
    for child in node.children:
        yield from _with_depth(child, depth + (child.tag == "QUERY"))


_OVER_ROWS = frozenset({"AGGREF", "GROUPINGFUNC", "WINDOWFUNC"})
"""Has another value for each group or row, though it may name no column."""


def _differs(node: Node, level: Level) -> bool:
    """Whether a call may give another value for each row, or many."""
    if node.flag("funcretset") or node.flag("opretset"):
        return True
    oid = node.number("funcid") or node.number("opfuncid")
    function = level.catalog.functions.get(oid)
    return function is not None and function.volatile


def _conditions_below(node: Node) -> Iterator[tuple[Node, frozenset[int]]]:
    quals = node.node("quals")
    if node.tag == "FROMEXPR":
        for item in node.nodes("fromlist"):
            yield from _conditions_below(item)
        if quals:
            yield from ((part, frozenset()) for part in conjuncts(quals))
    elif node.tag == "JOINEXPR":
        left, right = node.node("larg"), node.node("rarg")
        for side in (left, right):
            if side:
                yield from _conditions_below(side)
        # An outer join's own side keeps the rows that its condition does not hold for.
        sides: dict[int, Node | None] = {JoinType.LEFT: left, JoinType.RIGHT: right}
        outer = sides.get(node.number("jointype"))
        if quals and node.number("jointype") != JoinType.FULL:
            preserved = _below(outer) if outer else frozenset()
            yield from ((part, preserved) for part in conjuncts(quals))


def _below(node: Node) -> frozenset[int]:
    return frozenset(
        inner.number("rtindex")
        for inner in own_nodes(node)
        if inner.tag == "RANGETBLREF"
    )


def _equality(condition: Node, level: Level, kept: frozenset[int]) -> Iterator[Binding]:
    """The bindings that a condition makes of columns that are not `kept`."""
    if condition.tag != "OPEXPR" or len(condition.nodes("args")) != 2:
        return
    if level.catalog.operators.get(condition.number("opno")) != "=":
        return
    function = level.catalog.functions.get(condition.number("opfuncid"))
    if function and not function.system and not function.extension:
        return  # an `=` of the user's own may call anything equal
    first, second = condition.nodes("args")
    for one, other in ((first, second), (second, first)):
        for index, number in _bound(one, condition, level):
            by = depends_on(other, level)
            if by is not None and index not in by and index not in kept:
                yield Binding(index, number, by)


def _bound(side: Node, equality: Node, level: Level) -> Iterator[tuple[int, int]]:
    """The column of an entry that a side of `=` is, or the expression of a unique index."""
    column = reference(side, level)
    if column and column.home is level and _as_indexed(equality, side, level):
        yield column.place, column.number
    if column is None:
        collation = equality.number("inputcollid")
        for index in {n.number("varno") for n in side.own if n.tag == "VAR"}:
            if not 0 < index <= len(level.entries):
                continue
            for number in expression_numbers(side, collation, index, level):
                yield index, number


def _as_indexed(equality: Node, side: Node, level: Level) -> bool:
    """Whether `=` means what it means in a unique index on the column that *side* is.

    Another collation or type may call more values equal, as citext does. varchar has text's
    operators, and a domain those of its base type.
    """
    var = unchanged(side)
    if equality.number("inputcollid") not in (0, var.number("varcollid")):
        return False
    if side is var:
        return True
    types = level.catalog.types
    stored = types.get(var.number("vartype"))
    compared = types.get(side.number("resulttype"))
    return (
        side.node("arg") is var
        and stored is not None
        and compared is not None
        and compared_alike(stored, compared)
    )


def compared_alike(first: PgType, second: PgType) -> bool:
    """Whether values of two types are compared by the same operators."""
    return _compared_as(first) == _compared_as(second)


def _compared_as(type_: PgType) -> str:
    while isinstance(type_, DomainType):
        type_ = type_.base
    if isinstance(type_, ArrayType):
        return _compared_as(type_.element) + "[]"
    if type_.schema == "pg_catalog" and type_.name == "varchar":
        return "pg_catalog.text"
    return f"{type_.schema}.{type_.name}"
