"""A plan -> how it reads each table, in few words. Pure."""

from collections.abc import Iterator, Mapping

from ..explain import PlanNode, TableIndexes
from ..model.frozen import frozen
from ..model.query import Query

Table = tuple[str, str]
"""The schema and name of a table."""

QueryKey = tuple[str, str]
"""The path of a query's file, and its name there: two files may have queries of one name."""


def query_key(query: Query) -> QueryKey:
    """Return what no other query of the project has."""
    return query.name_span.source.path, query.name


@frozen
class ScanSummary:
    """A scan in a plan: its kind, the table, the index (empty if none), and the rows that the table has."""

    kind: str
    table: Table
    index: str
    table_rows: float

    @property
    def is_whole(self) -> bool:
        """Return whether it reads the whole table."""
        return self.kind == "Seq Scan"


@frozen
class PlanSummary:
    """The scans of a plan, the rows that it is thought to return, and its cost in PostgreSQL's units."""

    scans: tuple[ScanSummary, ...]
    rows: float
    cost: float

    @property
    def rows_read_whole(self) -> float:
        """Return the rows of the largest table that it reads whole; 0 if there is none."""
        return max([s.table_rows for s in self.scans if s.is_whole], default=0)


def summary(
    plan: PlanNode, indexes: TableIndexes, table_rows: Mapping[Table, float]
) -> PlanSummary:
    """Return the summary of a plan; *table_rows* are the rows of each table.

    Scans of partitions that are alike are one, of the rows of all.
    """
    rows: dict[tuple[str, Table, str], dict[Table, float]] = {}
    for node, kind, index in _scans(plan):
        table = (node.schema, node.relation)
        name = indexes.root_index(node.schema, index)[1] if index else ""
        key = (kind, indexes.root(*table), name)
        rows.setdefault(key, {})[table] = table_rows.get(table, 0)
    return PlanSummary(
        tuple([ScanSummary(*key, sum(parts.values())) for key, parts in rows.items()]),
        plan.rows,
        plan.cost,
    )


def _scans(plan: PlanNode) -> Iterator[tuple[PlanNode, str, str]]:
    """Yield the nodes that read tables, with the kind of the scan and the name of the index."""
    for node in plan.nodes():
        if not node.relation or not node.kind.endswith("Scan"):
            continue
        if node.kind == "Bitmap Heap Scan":
            for child in node.nodes():
                if child.index and child.kind == "Bitmap Index Scan":
                    yield node, "Bitmap Scan", child.index
        else:
            yield node, node.kind, node.index
