"""A query's FROM and WHERE -> the relations that an outer join may leave out of a row, and why.

Outer joins have *nullable sides*: all of a side's columns are NULL where nothing matched. The
conditions of WHERE and of inner joins hold for every row that is kept. If one of them cannot be
true with a nullable side missing, the outer join is an inner one as far as these rows go, and its
own ON condition holds for them too, which may rule out more.

`varnullingrels` of PostgreSQL 16 and newer says the same without that reduction; one way for all
versions is better.
"""

from collections.abc import Iterator

from ..tree.enums import CmdType, JoinType, RTEKind
from ..tree.expressions import conjuncts
from ..tree.nodes import Node
from .conditions import SURROUNDING, Assumption, Condition
from .foreign_key_joins import always_matches
from .nullable_sides import JoinedRows, NullableSide
from .reasons import keeps_side
from .registry import from_rule
from .scope import Scope
from .three_valued import NOT_NULL


@from_rule("FROMEXPR")
def _analyse(scope: Scope, joined: JoinedRows) -> None:
    tree = scope.query.node("jointree")
    if tree is None:
        return
    _, conditions = _item(tree, scope, joined.nullable_sides, "WHERE")
    if scope.narrows:
        joined.conditions.extend(conditions)
        joined.conditions.extend(_required(scope))
    while present := next(_present_sides(scope, joined), None):
        side, reason = present
        joined.nullable_sides.remove(side)
        joined.conditions.extend(side.conditions)
        for varno in side.relations:
            joined.present.setdefault(varno, reason)


def _present_sides(
    scope: Scope, joined: JoinedRows
) -> Iterator[tuple[NullableSide, str]]:
    """Yield the sides that prove not to be missing from any row that is kept, and why."""
    for side in joined.nullable_sides if scope.narrows else ():
        assumption = Assumption(scope.depth, relations=side.relations)
        if condition := scope.refuting(assumption):
            yield side, keeps_side(condition, _names(side.relations, scope), scope)
    for side in joined.nullable_sides:
        if always_matches(side, scope):
            yield side, f"every row finds its {_names(side.relations, scope)}"


def _item(
    node: Node, scope: Scope, sides: list[NullableSide], clause: str
) -> tuple[frozenset[int], tuple[Condition, ...]]:
    """Return the relations of a part of FROM, and the conditions that its rows fulfil.

    Adds the nullable sides within it to *sides*.
    """
    if node.tag == "RANGETBLREF":
        return frozenset({node.number("rtindex")}), ()
    if node.tag == "FROMEXPR":
        relations: frozenset[int] = frozenset()
        fulfilled: tuple[Condition, ...] = ()
        for item in node.nodes("fromlist"):
            of_item, conditions = _item(item, scope, sides, clause)
            relations |= of_item
            fulfilled += conditions
        return relations, fulfilled + _conditions(node, clause)
    if node.tag != "JOINEXPR":
        return frozenset(), ()
    return _join(node, scope, sides)


def _join(
    node: Node, scope: Scope, sides: list[NullableSide]
) -> tuple[frozenset[int], tuple[Condition, ...]]:
    left, right = node.node("larg"), node.node("rarg")
    assert left is not None
    assert right is not None
    lefts, of_left = _item(left, scope, sides, "ON")
    rights, of_right = _item(right, scope, sides, "ON")
    on = _conditions(node, "ON")
    kind = node.number("jointype")
    relations = lefts | rights | {node.number("rtindex")}
    if kind == JoinType.LEFT:
        reason = f"right side of the LEFT JOIN on {_names(rights, scope)}"
        sides.append(NullableSide(rights, lefts, of_right + on, node, reason))
        return relations, of_left
    if kind == JoinType.RIGHT:
        reason = f"left side of the RIGHT JOIN on {_names(rights, scope)}"
        sides.append(NullableSide(lefts, rights, of_left + on, node, reason))
        return relations, of_right
    if kind == JoinType.FULL:
        reason = f"one side of the FULL JOIN on {_names(rights, scope)}"
        sides.append(NullableSide(lefts, rights, of_left, node, reason))
        sides.append(NullableSide(rights, lefts, of_right, node, reason))
        return relations, ()
    return relations, of_left + of_right + on


def _conditions(node: Node, clause: str) -> tuple[Condition, ...]:
    quals = node.node("quals")
    if quals is None:
        return ()
    return tuple([Condition(part, clause) for part in conjuncts(quals)])


def _required(scope: Scope) -> Iterator[Condition]:
    """Yield the columns that the surrounding query lets be no NULL, as conditions on the rows.

    Of a SELECT only: the target list of INSERT, UPDATE and DELETE is what they write.
    """
    if scope.query.number("commandType") != CmdType.SELECT:
        return
    if scope.query.node("setOperations") is not None:
        return
    for entry in scope.query.nodes("targetList"):
        expression = entry.node("expr")
        if entry.number("resno") in scope.required and expression is not None:
            yield Condition(expression, SURROUNDING, NOT_NULL)


def _names(relations: frozenset[int], scope: Scope) -> str:
    """Return the names of a side's relations, without joins that have no name of their own."""
    names = []
    for varno in sorted(relations):
        entry = scope.entry(varno)
        reference = entry and entry.node("eref")
        if (
            entry
            and reference
            and (entry.number("rtekind") != RTEKind.JOIN or entry.node("alias"))
        ):
            names.append(reference.string("aliasname"))
    return " and ".join(names) if len(names) < 3 else f"{names[0]} and others"
