"""A tree -> the tree from which to prove what holds whatever calls give."""

from collections.abc import Iterable
from typing import NamedTuple

from ..tree.alternatives import alternatives
from ..tree.nodes import Node


class Alternative(NamedTuple):
    """A place in a tree where another node may stand: the places of the children on the way to it."""

    path: tuple[int, ...]
    otherwise: Node


def with_alternatives(tree: Node, others: Iterable[Alternative]) -> Node:
    """Return the tree with an `ALTERNATIVES` node in each of these places."""
    inner: dict[int, list[Alternative]] = {}
    for path, otherwise in others:
        if not path:
            return alternatives(tree, otherwise)
        inner.setdefault(path[0], []).append(Alternative(path[1:], otherwise))
    if not inner:
        return tree
    children = [
        with_alternatives(child, inner.get(place, ()))
        for place, child in enumerate(tree.children)
    ]
    return tree.with_children(tuple(children))
