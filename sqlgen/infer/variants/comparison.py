"""Two trees -> the places where they differ."""

import re
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from ..tree.forms import Field
from ..tree.nodes import Node

_DERIVED: Final = re.compile(
    r" :(?:(?:selected|updated|extraUpdated)Cols|constraintDeps) (?:<>|\([^()]*\))"
    r"| :requiredPerms \d+"
    r"| :hasSubLinks (?:true|false)"
)
"""Fields that follow from the rest of a statement: privileges to check, plans to invalidate."""

_HAS_AGGREGATES: Final = re.compile(r" :hasAggs (?:true|false)")


class Step(NamedTuple):
    """A step down a tree: the *field* of a node, and the *place* of the child among its children."""

    node: Node
    field: str
    place: int


class Difference(NamedTuple):
    """A place where two trees differ: the steps to it from the root, and the node in each tree."""

    path: tuple[Step, ...]
    before: Node
    after: Node


def differences(before: Node, after: Node) -> tuple[Difference, ...]:
    """Return the topmost places where the trees differ.

    Positions in the text are not compared, nor what follows from the rest of a statement.
    """
    return tuple(_differences((), before, after))


def without_fields(node: Node, names: Collection[str]) -> str:
    """Return what a node says itself, as far as it is compared, without the lists of those *names*."""
    pattern = rf" :(?:{'|'.join(names)}) (?:<>|\([^()]*\))"
    return re.sub(pattern, "", own_meaning(node))


def children_by_field(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the children of a node, each with the name of its field."""
    return zip(fields(node), node.children, strict=True)


def _differences(
    path: tuple[Step, ...], before: Node, after: Node
) -> Iterator[Difference]:
    if before is after:
        return
    if own_meaning(before) != own_meaning(after):
        yield Difference(path, before, after)
        return
    pairs = zip(fields(before), before.children, after.children, strict=True)
    for place, (field, child_before, child_after) in enumerate(pairs):
        step = Step(before, field, place)
        yield from _differences((*path, step), child_before, child_after)


def own_meaning(node: Node) -> str:
    """Return what a node says without its children, of which only the places remain."""
    meaning = node.form.meaning
    if node.tag not in ("QUERY", "RANGETBLENTRY", "RTEPERMISSIONINFO"):
        return meaning
    meaning = _DERIVED.sub("", meaning)
    # With HAVING, the rows are grouped whether or not there are aggregates.
    return _HAS_AGGREGATES.sub("", meaning) if node.node("havingQual") else meaning


def fields(node: Node) -> list[str]:
    """Return the field of each child."""
    names = [""] * len(node.children)
    for name, value in node.form.fields.items():
        for place in _children(value, len(names)):
            names[place] = name
    return names


def _children(value: Field, count: int) -> Iterator[int]:
    """Yield the places of the children in a field's value, of *count* altogether."""
    if isinstance(value, int):
        yield value
    elif isinstance(value, slice):
        yield from range(count)[value]
    elif isinstance(value, tuple):
        for item in value:
            yield from _children(item, count)
