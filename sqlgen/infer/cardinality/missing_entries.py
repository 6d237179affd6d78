"""A query's outer joins -> the entries that are missing from some of its rows."""

from collections.abc import Iterator
from typing import Final

from ...model.catalog import RelationKind
from ..tree.enums import JoinType
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from .equalities import depends_on, differs, entries_in


def partly_missing(level: QueryLevel, single: frozenset[int]) -> frozenset[int]:
    """Return the entries that an outer join may put NULLs in the place of in some rows, but not in others.

    *single* are the entries of which all rows together have one row at most. If the condition of a LEFT
    JOIN depends only on these and on its right side, then the right side is missing from all rows or from
    none: in `FROM orders AS o LEFT JOIN customers AS c ON c.id = o.customer_id LEFT JOIN lines AS l ON …
    WHERE o.id = 1`, `c` is, and `l` need not be. A least fixed point, as the entries of the condition must
    not be partly missing themselves.
    """
    joins = [*_nullable_sides(level)]
    missing = frozenset().union(*(entries_in(side) for _, side in joins))
    while True:
        same_for_all = single - missing
        partly = frozenset().union(
            *(
                entries_in(side)
                for join, side in joins
                if not _is_all_or_none(join, side, same_for_all, level)
            )
        )
        if partly == missing:
            return partly
        missing = partly


def _nullable_sides(level: QueryLevel) -> Iterator[tuple[Node, Node]]:
    """Yield each outer join with a side that it may put NULLs in the place of."""
    tree = level.query.node("jointree")
    for node in tree.own if tree else ():
        if node.tag == "JOINEXPR":
            for name in _NULLABLE.get(node.number("jointype"), ()):
                if side := node.node(name):
                    yield node, side


_NULLABLE: Final[dict[int, tuple[str, ...]]] = {
    JoinType.LEFT: ("rarg",),
    JoinType.RIGHT: ("larg",),
    JoinType.FULL: ("larg", "rarg"),
}


def _is_all_or_none(
    join: Node, side: Node, same_for_all: frozenset[int], level: QueryLevel
) -> bool:
    """Return whether a side is missing from all rows or from none.

    PostgreSQL may read the side again for each row, also where the query names other joins later. So only
    tables count, and no condition may be volatile.
    """
    quals, inner = join.node("quals"), entries_in(side)
    if join.number("jointype") == JoinType.FULL or quals is None:
        return False
    dependencies = depends_on(quals, level)
    return (
        dependencies is not None
        and dependencies <= same_for_all | inner
        and all(_has_the_same_rows(level.entries[index - 1], level) for index in inner)
        and not any(differs(node, level) for node in side.walk())
    )


def _has_the_same_rows(entry: Node, level: QueryLevel) -> bool:
    """Return whether an entry gives the same rows each time: no view, foreign table, policy or sample."""
    relation = level.relation(entry)
    return (
        relation is not None
        and relation.kind in (RelationKind.TABLE, RelationKind.MATERIALIZED_VIEW)
        and not relation.has_children
        and not relation.row_security
        and entry.node("tablesample") is None
    )
