"""A query's conditions -> the columns that they set equal to other values."""

from collections.abc import Iterator
from typing import NamedTuple

from ..tree.enums import JoinType
from ..tree.expressions import conjuncts, unchanged
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel, entry_column, named_expression
from ..tree.types import compared_alike
from .unique_indexes import expression_numbers


class Equality(NamedTuple):
    """A column that a condition sets equal to a value.

    Column `attno` of the range table entry `varno`. `depends_on` are the entries that the value
    depends on, none for a constant or a parameter.
    """

    varno: int
    attno: int
    depends_on: frozenset[int]


def equalities(level: QueryLevel) -> Iterator[Equality]:
    """Yield the equalities that hold for the rows of the result, or of a join's inner side."""
    for condition, preserved in conditions(level):
        yield from _equalities_in(condition, level, preserved)


def conditions(level: QueryLevel) -> Iterator[tuple[Node, frozenset[int]]]:
    """Yield the conditions that are true of the rows of the result, or of a join's inner side.

    Each with the entries whose rows a join preserves even where the condition is not true.
    """
    tree = level.query.node("jointree")
    if tree:
        yield from _conditions_below(tree)
    merge = level.query.node("mergeJoinCondition")
    if merge:
        yield from ((part, frozenset()) for part in conjuncts(merge))


def depends_on(node: Node, level: QueryLevel) -> frozenset[int] | None:
    """Return the entries of this query that a value depends on; None if it may differ each time.

    A scalar subquery that refers to nothing outside of it is run once (an InitPlan), so that it
    may be volatile.
    """
    if node.tag == "SUBLINK":
        below = list(_with_depth(node, 0))
        correlated = {n.number("varno") for n, depth in below if _refers(n, depth)}
        volatile = any(differs(inner, level) for inner, _ in below)
        return None if correlated and volatile else frozenset(correlated)
    if node.tag in _OVER_ROWS or differs(node, level):
        return None
    if node.tag == "VAR" and not node.number("varlevelsup"):
        if expression := named_expression(node, level):
            return depends_on(expression, level)
        return frozenset({node.number("varno")})
    entries: set[int] = set()
    for child in node.children:
        inner = depends_on(child, level)
        if inner is None:
            return None
        entries |= inner
    return frozenset(entries)


def lateral_to(entry: Node) -> frozenset[int]:
    """Return the entries of the same FROM whose rows a LATERAL entry is evaluated for."""
    if not entry.flag("lateral"):
        return frozenset()
    below = _with_depth(entry, 0)
    return frozenset(n.number("varno") for n, depth in below if _refers(n, depth))


def _refers(node: Node, depth: int) -> bool:
    """Return whether a node *depth* queries further in is a column of this one."""
    return node.tag == "VAR" and node.number("varlevelsup") == depth


def _with_depth(node: Node, depth: int) -> Iterator[tuple[Node, int]]:
    """Yield all nodes with the number of queries that each is further in."""
    yield node, depth
    for child in node.children:
        yield from _with_depth(child, depth + (child.tag == "QUERY"))


_OVER_ROWS = frozenset({"AGGREF", "GROUPINGFUNC", "WINDOWFUNC"})
"""Nodes that have another value for each group or row, though they may name no column."""


def differs(node: Node, level: QueryLevel) -> bool:
    """Return whether a call may give another value for each row, or many."""
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
            preserved = entries_in(outer) if outer else frozenset()
            yield from ((part, preserved) for part in conjuncts(quals))


def entries_in(node: Node) -> frozenset[int]:
    """Return the entries that an item of FROM consists of."""
    return frozenset(
        inner.number("rtindex") for inner in node.own if inner.tag == "RANGETBLREF"
    )


def _equalities_in(
    condition: Node, level: QueryLevel, preserved: frozenset[int]
) -> Iterator[Equality]:
    """Yield the equalities that a condition makes of columns of entries that are not *preserved*."""
    if condition.tag != "OPEXPR" or len(condition.nodes("args")) != 2:
        return
    if level.catalog.operators.get(condition.number("opno")) != "=":
        return
    function = level.catalog.functions.get(condition.number("opfuncid"))
    if function and not function.system and not function.extension:
        return  # an `=` of the user's own may call anything equal
    first, second = condition.nodes("args")
    for side, value in ((first, second), (second, first)):
        for index, number in _indexed_columns(side, condition, level):
            by = depends_on(value, level)
            if by is not None and index not in by and index not in preserved:
                yield Equality(index, number, by)


def _indexed_columns(
    side: Node, equality: Node, level: QueryLevel
) -> Iterator[tuple[int, int]]:
    """Yield the column that a side of `=` is, or the number of an expression of a unique index.

    Each as the number of an entry and that of a column in it.
    """
    column = entry_column(side, level)
    if column and column.level is level and _compares_as_index(equality, side, level):
        yield column.source.varno, column.source.attno
    if column is None:
        collation = equality.number("inputcollid")
        for index in {n.number("varno") for n in side.own if n.tag == "VAR"}:
            if not 0 < index <= len(level.entries):
                continue
            for number in expression_numbers(side, collation, index, level):
                yield index, number


def _compares_as_index(equality: Node, side: Node, level: QueryLevel) -> bool:
    """Return whether `=` compares as a unique index on the column that *side* is does.

    Another collation or type may call more values equal, as citext does.
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
