"""A query's FROM and WHERE -> which relations an outer join may have left out of a row, and why.

Outer joins make relations *optional*: all columns of theirs are NULL where nothing matched. The
conditions of WHERE and of inner joins hold for every row that is kept. If one of them cannot be
true with an optional side missing, the outer join is an inner one as far as these rows go, and its
own ON condition holds for them too, which may rule out more.

`varnullingrels` of PostgreSQL 16 and newer says the same without that reduction; one way for all
versions is better.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ..tree.enums import CmdType, JoinType, RTEKind
from ..tree.nodes import Node
from .conditions import Assumption, Condition, conjuncts
from .foreign_key_joins import always_matches
from .reasons import kept_with
from .three_valued import NOT_NULL

if TYPE_CHECKING:
    from .scope import Scope


class Optional(NamedTuple):
    """The side of an outer join that may be missing from a row.

    `relations` are the places in the range table of all that is on that side, `others` those of the
    other side. `conditions` hold for the rows that have it.
    """

    relations: frozenset[int]
    others: frozenset[int]
    conditions: tuple[Condition, ...]
    join: Node
    reason: str


@dataclass(slots=True)
class Joined:
    """What holds for every row, and what may be missing from one, innermost joins first.

    `there` says of relations on an outer join's optional side why they are in every row.
    """

    conditions: list[Condition] = field(default_factory=list)
    optional: list[Optional] = field(default_factory=list)
    there: dict[int, str] = field(default_factory=dict)

    def missing(self, varno: int) -> Optional | None:
        """The side that the relation may be missing with."""
        for side in self.optional:
            if varno in side.relations:
                return side
        return None

    def given(self, side: Optional) -> "Joined":
        """The same for the rows that have that side."""
        return Joined(
            [*self.conditions, *side.conditions],
            [other for other in self.optional if other is not side],
            self.there,
        )


def analyse(scope: "Scope", joined: Joined) -> None:
    """Fill in *joined* for the scope's query; it is used meanwhile as far as it has come."""
    tree = scope.query.node("jointree")
    if tree is None:
        return
    _, conditions = _item(tree, scope, joined.optional, "WHERE")
    if scope.narrows:
        joined.conditions.extend(conditions)
        joined.conditions.extend(_required(scope))
    while found := next(_found(scope, joined), None):
        side, reason = found
        joined.optional.remove(side)
        joined.conditions.extend(side.conditions)
        for varno in side.relations:
            joined.there.setdefault(varno, reason)


def _found(scope: "Scope", joined: Joined) -> Iterator[tuple[Optional, str]]:
    """Sides that turn out not to be missing from any row that is kept, and why."""
    for side in joined.optional if scope.narrows else ():
        assumption = Assumption(scope.depth, relations=side.relations)
        if condition := scope.refuting(assumption):
            yield side, kept_with(condition, _names(side.relations, scope), scope)
    for side in joined.optional:
        if always_matches(side, scope):
            yield side, f"every row finds its {_names(side.relations, scope)}"


def _item(
    node: Node, scope: "Scope", optional: list[Optional], clause: str
) -> tuple[frozenset[int], tuple[Condition, ...]]:
    """The relations of a part of FROM, and what holds for its rows as they come out of it."""
    if node.tag == "RANGETBLREF":
        return frozenset({node.number("rtindex")}), ()
    if node.tag == "FROMEXPR":
        relations: frozenset[int] = frozenset()
        held: tuple[Condition, ...] = ()
        for item in node.nodes("fromlist"):
            found, conditions = _item(item, scope, optional, clause)
            relations |= found
            held += conditions
        return relations, held + _conditions(node, clause)
    if node.tag != "JOINEXPR":
        return frozenset(), ()
    return _join(node, scope, optional)


def _join(
    node: Node, scope: "Scope", optional: list[Optional]
) -> tuple[frozenset[int], tuple[Condition, ...]]:
    left, right = node.node("larg"), node.node("rarg")
    assert left is not None
    assert right is not None
    lefts, of_left = _item(left, scope, optional, "ON")
    rights, of_right = _item(right, scope, optional, "ON")
    on = _conditions(node, "ON")
    kind = node.number("jointype")
    relations = lefts | rights | {node.number("rtindex")}
    if kind == JoinType.LEFT:
        reason = f"right side of the LEFT JOIN on {_names(rights, scope)}"
        optional.append(Optional(rights, lefts, of_right + on, node, reason))
        return relations, of_left
    if kind == JoinType.RIGHT:
        reason = f"left side of the RIGHT JOIN on {_names(rights, scope)}"
        optional.append(Optional(lefts, rights, of_left + on, node, reason))
        return relations, of_right
    if kind == JoinType.FULL:
        reason = f"one side of the FULL JOIN on {_names(rights, scope)}"
        optional.append(Optional(lefts, rights, of_left, node, reason))
        optional.append(Optional(rights, lefts, of_right, node, reason))
        return relations, ()
    return relations, of_left + of_right + on


def _conditions(node: Node, clause: str) -> tuple[Condition, ...]:
    quals = node.node("quals")
    if quals is None:
        return ()
    return tuple([Condition(part, clause) for part in conjuncts(quals)])


def _required(scope: "Scope") -> Iterator[Condition]:
    """The columns that the surrounding query lets be no NULL, as conditions on this one's rows.

    Of a SELECT only: the target list of INSERT, UPDATE and DELETE is what they write.
    """
    if scope.query.number("commandType") != CmdType.SELECT:
        return
    if scope.query.node("setOperations") is not None:
        return
    for entry in scope.query.nodes("targetList"):
        expression = entry.node("expr")
        if entry.number("resno") in scope.required and expression is not None:
            yield Condition(expression, "the surrounding query", NOT_NULL)


def _names(relations: frozenset[int], scope: "Scope") -> str:
    """The names of a side's relations, joins without a name of their own left out."""
    names = []
    for varno in sorted(relations):
        entry = scope.entry(varno)
        alias = entry and entry.node("eref")
        if (
            entry
            and alias
            and (entry.number("rtekind") != RTEKind.JOIN or entry.node("alias"))
        ):
            names.append(alias.string("aliasname"))
    return " and ".join(names) if len(names) < 3 else f"{names[0]} and others"
