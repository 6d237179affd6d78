"""A query and its plans -> the rows that it deletes, and those of which it changes columns. Pure."""

from collections.abc import Iterator, Sequence

from ..explain import PlanNode, StatementPlans, TableIndexes
from ..model.frozen import frozen
from ..model.typed import TypedQuery
from .summaries import Table


@frozen
class Removal:
    """Rows of a table that are deleted, or of which the `columns` are updated; None for a deletion.

    `through` are the tables that lead there by foreign keys, from the one that a query writes on.
    """

    table: Table
    columns: frozenset[str] | None
    through: tuple[Table, ...] = ()


def removals_of(
    query: TypedQuery, statements: Sequence[StatementPlans], indexes: TableIndexes
) -> tuple[Removal, ...]:
    """Return what a query deletes and updates, by the plans of its statements."""
    updated: dict[Table, set[str]] = {}
    for column in query.writes:
        updated.setdefault((column.schema, column.relation), set()).add(column.column)
    found = [
        removal
        for statement in statements
        for plan in statement.plans.values()
        for node in plan.nodes()
        for removal in _of_node(node, updated, indexes)
    ]
    return tuple(dict.fromkeys(found))


def _of_node(
    node: PlanNode, updated: dict[Table, set[str]], indexes: TableIndexes
) -> Iterator[Removal]:
    if node.kind != "ModifyTable":
        return
    table = indexes.root(node.schema, node.relation)
    if node.operation in ("Delete", "Merge"):
        yield Removal(table, None)
    # An upsert is an Insert that names the indexes of its ON CONFLICT.
    changes = node.operation in ("Update", "Merge") or node.arbiters
    if changes and (columns := updated.get(table)):
        yield Removal(table, frozenset(columns))
