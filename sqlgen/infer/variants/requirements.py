"""A statement of which calls give at least one of several conditions -> the statement with each of them."""

from collections.abc import Iterator, Mapping, Sequence

from ...model.query import Part, PartKind, Query
from ..tree.nodes import Node
from .comparison import Step


def with_each_required(
    query: Query, places: Mapping[Part, Sequence[Step]], statement: Node, unknown: Node
) -> Iterator[tuple[Node, ...]]:
    """Yield, for each group of `require_one_of`, the trees of which one is like each call.

    In each, one condition of the group is as in the *statement*, and the others as in the tree in which
    nothing is known of them. *places* are the places of the conditions. A group of which one parameter is in
    no condition is left out, for its calls may have none.
    """
    for group in query.require_one_of:
        parts = [
            part
            for part in query.parts
            if part.kind is PartKind.CONDITION
            and not set(group).isdisjoint(part.parameters)
        ]
        given = {number for part in parts for number in part.parameters}
        if not given.issuperset(group):
            continue
        trees = [_with(unknown, statement, places.get(part, ())) for part in parts]
        if None not in trees:
            yield tuple([tree for tree in trees if tree])


def _with(tree: Node, source: Node, path: Sequence[Step]) -> Node | None:
    """Return the tree with what the *source* has at the end of a path; None if they differ on the way."""
    if not path:
        return source
    place = path[0].place
    if tree.tag != source.tag or len(tree.children) != len(source.children):
        return None
    child = _with(tree.children[place], source.children[place], path[1:])
    if child is None:
        return None
    children = (*tree.children[:place], child, *tree.children[place + 1 :])
    return tree.with_children(children)
