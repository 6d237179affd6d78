"""A plan for `AskedSettings.CONDITIONS` -> the scans of which no index serves any condition. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from ..model.frozen import frozen
from .conditions import (
    columns_of,
    conjuncts,
    disjuncts,
    own_side_first,
    references,
    without_alias,
)
from .indexes import TableIndexes
from .plan_nodes import PlanNode

_INDEX_SCANS = ("Index Scan", "Index Only Scan")


@frozen
class UnservedScan:
    """A table that is read whole, although the statement has conditions on it.

    `schema` and `table` are those of the partitioned table where a partition is read. `conditions` are as
    EXPLAIN prints them, with `alias` before the table's own columns.
    """

    schema: str
    table: str
    alias: str
    conditions: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the table's columns in the conditions, sorted."""
        return tuple(
            sorted(
                {c for text in self.conditions for c in columns_of(text, self.alias)}
            )
        )

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the conditions without the alias of the table, whose column comes first where it may."""
        return shown_conditions(self.conditions, self.alias)


def shown_conditions(conditions: Sequence[str], alias: str) -> tuple[str, ...]:
    """Return conditions without the *alias* of a table, whose column comes first where it may."""
    return tuple(
        [without_alias(own_side_first(text, alias), alias) for text in conditions]
    )


def unserved_scans(plan: PlanNode, indexes: TableIndexes) -> tuple[UnservedScan, ...]:
    """Return the scans with conditions of which no index serves any.

    A condition on the key of a partitioned table is served by leaving out partitions.
    """
    scans: dict[tuple[object, ...], UnservedScan] = {}
    for scan in (*_of_tables(plan, indexes), *_of_joins(plan, indexes)):
        key = (scan.schema, scan.table, scan.texts)
        scans.setdefault(key, scan)
    return tuple(scans.values())


def used_indexes(plan: PlanNode, indexes: TableIndexes) -> frozenset[tuple[str, str]]:
    """Return the schemas and names of the indexes in a plan: of partitions, those of the whole table."""
    return frozenset(
        [indexes.root_index(schema, name) for schema, name in _used(plan, plan.schema)]
    )


def _used(node: PlanNode, schema: str) -> Iterator[tuple[str, str]]:
    # A bitmap's index has no schema of its own in EXPLAIN: it is that of the table above it.
    schema = node.schema or schema
    if node.index:
        yield schema, node.index
    for arbiter in node.arbiters:
        yield schema, arbiter
    for child in node.children:
        yield from _used(child, schema)


def _of_tables(plan: PlanNode, indexes: TableIndexes) -> Iterator[UnservedScan]:
    for node in plan.nodes():
        conditions = _unserved_conditions(node, indexes)
        columns = {c for text in conditions for c in columns_of(text, node.alias)}
        if columns and columns.isdisjoint(
            indexes.partition_columns(node.schema, node.relation)
        ):
            schema, table = indexes.root(node.schema, node.relation)
            yield UnservedScan(schema, table, node.alias, tuple(conditions))


def _unserved_conditions(node: PlanNode, indexes: TableIndexes) -> Sequence[str]:
    """Return the conditions of a scan; none if an index serves one of them, or could."""
    index_of_table = indexes.of(node.schema, node.relation)
    if node.kind == "Seq Scan" or (
        node.kind in _INDEX_SCANS and not node.index_condition
    ):
        conditions = own_conditions(node.filter, node.alias)
        if any(_is_served_for_values(c, node, indexes) for c in conditions):
            return ()
        return conditions
    if node.kind in _INDEX_SCANS:
        if _begins(node, node, indexes):
            return ()
        texts = f"({node.index_condition})", f"({node.filter})"
    elif node.kind == "Bitmap Heap Scan":
        bitmap = node.children[0]
        if _finds(bitmap, node, indexes):
            return ()
        # Without a condition, the index is a partial one whose rows are all wanted.
        is_looked_up = any(child.index_condition for child in bitmap.nodes())
        texts = (node.recheck_condition if is_looked_up else "", node.filter)
    else:
        return ()
    conditions = [c for text in texts for c in own_conditions(text, node.alias)]
    # PostgreSQL takes a partial index for a small one; another may look up the rows as well. A partial one
    # that could do so would have been taken.
    if any(
        index.begins_in(condition, node.alias)
        for index in index_of_table
        if not index.partial
        for condition in conditions
    ):
        return ()
    return conditions


def own_conditions(text: str, alias: str) -> list[str]:
    """Return the conditions in the text that have columns of the table of that *alias*."""
    return [c for c in conjuncts(text) if text and columns_of(c, alias)]


def _finds(bitmap: PlanNode, scan: PlanNode, indexes: TableIndexes) -> bool:
    """Return whether a bitmap's indexes look up rows, rather than read an index from end to end."""
    if bitmap.kind == "BitmapAnd":
        return any(_finds(child, scan, indexes) for child in bitmap.children)
    if bitmap.kind == "BitmapOr":
        return all(_finds(child, scan, indexes) for child in bitmap.children)
    return _begins(bitmap, scan, indexes)


def _begins(node: PlanNode, scan: PlanNode, indexes: TableIndexes) -> bool:
    index = indexes.named(scan.schema, node.index)
    if index is None:
        return True  # nothing is known of it: nothing is claimed
    condition = node.index_condition
    return bool(condition) and index.begins_in(condition, scan.alias)


def _is_served_for_values(
    condition: str, scan: PlanNode, indexes: TableIndexes
) -> bool:
    """Return whether `(:a IS NULL OR c = :a)` is served once PostgreSQL plans for the values of a call.

    Then the arm without columns is known, and the generic plan is not the one that is taken.
    """
    arms = disjuncts(condition)
    known = [arm for arm in arms if not [*references(arm)]]
    others = [arm for arm in arms if arm not in known]
    return bool(known) and all(
        any(
            index.begins_in(arm, scan.alias)
            for index in indexes.of(scan.schema, scan.relation)
        )
        for arm in others
    )


def _of_joins(plan: PlanNode, indexes: TableIndexes) -> Iterator[UnservedScan]:
    """Yield the tables that a nested loop reads whole for each row of the other side."""
    for node in plan.nodes():
        if node.kind != "Nested Loop" or not node.join_filter:
            continue
        inner = [c for c in node.children if c.relationship == "Inner"]
        outer = [c for c in node.children if c.relationship == "Outer"]
        sides = inner if node.join_type != "Inner" else [*inner, *outer]
        for condition in conjuncts(node.join_filter):
            for side in sides:
                scan = _read_whole(side, condition, indexes)
                if scan:
                    yield scan
                    break


def _read_whole(
    side: PlanNode, condition: str, indexes: TableIndexes
) -> UnservedScan | None:
    """Return the scan of a table in the condition that has no condition of its own; None if there is none."""
    tables: Mapping[str, PlanNode] = {
        node.alias: node
        for node in side.nodes()
        if node.kind == "Seq Scan" or node.kind in _INDEX_SCANS
    }
    for alias, column in references(condition):
        node = tables.get(alias)
        if node is None or node.index_condition or own_conditions(node.filter, alias):
            continue
        is_served = any(
            index.begins_in(condition, alias)
            for index in indexes.of(node.schema, node.relation)
        )
        is_key = column in indexes.partition_columns(node.schema, node.relation)
        if not is_served and not is_key:
            schema, table = indexes.root(node.schema, node.relation)
            return UnservedScan(schema, table, alias, (condition,))
    return None
