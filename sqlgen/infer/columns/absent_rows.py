"""A relation of FROM -> whether the statement may have no row of it beside those of others."""

from collections.abc import Iterator, Sequence

from ..tree.enums import CmdType, JoinType
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel, Source


def may_be_absent(source: Source, level: QueryLevel) -> bool:
    """Return whether an outer join may leave out a relation, or MERGE have no row of it."""
    if level.query.number("commandType") == CmdType.MERGE:
        return True
    tree = level.query.node("jointree")
    return any(
        source.varno in _indexes(side)
        for side in _nullable_sides(tree.own if tree else ())
    )


def _nullable_sides(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        if node.tag == "JOINEXPR":
            kind = node.number("jointype")
            if kind in (JoinType.LEFT, JoinType.FULL) and (side := node.node("rarg")):
                yield side
            if kind in (JoinType.RIGHT, JoinType.FULL) and (side := node.node("larg")):
                yield side


def _indexes(side: Node) -> set[int]:
    return {
        node.number("rtindex")
        for node in side.own
        if node.tag in ("RANGETBLREF", "JOINEXPR")
    }
