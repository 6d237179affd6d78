"""GROUP BY or DISTINCT -> their expressions, and which of them are the same for all rows."""

from collections.abc import Collection, Mapping

from ..tree.nodes import Node
from ..tree.query_level import QueryLevel, named_expression
from .equalities import depends_on, equalities
from .missing_entries import partly_missing


def grouped(level: QueryLevel, clause: str) -> Mapping[int, Node]:
    """Return the expressions of a clause such as `groupClause` by their `tleSortGroupRef`."""
    groups = {group.number("tleSortGroupRef") for group in level.query.nodes(clause)}
    return {
        reference: expression
        for entry in level.query.nodes("targetList")
        if (reference := entry.number("ressortgroupref")) in groups
        and (expression := entry.node("expr"))
    }


def are_fixed(
    expressions: Collection[Node],
    single: frozenset[int],
    fixed_columns: frozenset[tuple[int, int]],
    level: QueryLevel,
) -> bool:
    """Return whether expressions are the same for all rows in which the *fixed_columns* are.

    *single* are the entries of which such rows together have one row at most. A row that an outer join put
    NULLs in is in a group of its own.
    """
    missing = partly_missing(level, single)
    fixed = single - missing
    bound = fixed_columns | {
        (equality.varno, equality.attno)
        for equality in equalities(level)
        if equality.depends_on <= fixed and equality.varno not in missing
    }

    def is_fixed(expression: Node) -> bool:
        by = depends_on(expression, level)
        return (by is not None and by <= fixed) or column_of(expression, level) in bound

    return all(map(is_fixed, expressions))


def column_of(node: Node, level: QueryLevel) -> tuple[int, int] | None:
    """Return the column that *node* is, with no cast, as another type may tell equal values apart."""
    if node.tag != "VAR" or node.number("varlevelsup"):
        return None
    if expression := named_expression(node, level):
        return column_of(expression, level)
    return node.number("varno"), node.number("varattno")
