"""A query that writes -> the table that is written, also through views that PostgreSQL updates itself."""

from collections.abc import Iterator

from ...model.catalog import Relation, RelationKind
from ...model.frozen import frozen
from .origins import has_own_returning, origin
from .query_level import QueryLevel

TABLES = frozenset({RelationKind.TABLE, RelationKind.PARTITIONED})


@frozen
class WrittenTable:
    """The `relation` that is written, and the `views` through which it is, with their queries, the outermost first.

    It is a table, or a relation for which triggers or rules decide.
    """

    relation: Relation
    views: tuple[tuple[Relation, QueryLevel], ...] = ()

    def column(self, number: int) -> str | None:
        """Return the name of the table's column that is column *number* of what the statement names.

        None if there is none, or if it is an expression of a view.
        """
        if self.views:
            found = self._stored(self.views[0][1], number)
            if found is None:
                return None
            number = found
        stored = self.relation.columns.get(number)
        return stored.name if stored else None

    def defaulted_by_views(self) -> Iterator[str]:
        """Yield the names of the table's columns that have a DEFAULT of a view, which comes first."""
        for view, level in self.views:
            for column in view.columns.values():
                if column.has_default:
                    found = self._stored(level, column.number)
                    if found is not None and found in self.relation.columns:
                        yield self.relation.columns[found].name

    def _stored(self, view: QueryLevel, number: int) -> int | None:
        if not 0 < number <= len(view.output):
            return None
        expression = view.output_expressions[number - 1]
        column = origin(expression, view) if expression else None
        if column is None or column.table != self.relation.oid:
            return None
        return column.number


def written_table(level: QueryLevel) -> WrittenTable | None:
    """Return what a query writes, None if it writes nothing."""
    entry = level.entry(level.query.number("resultRelation"))
    relation = level.relation(entry) if entry else None
    views: list[tuple[Relation, QueryLevel]] = []
    while entry and relation and not has_own_returning(relation):
        view = level.from_query(entry)
        tree = view.query.node("jointree") if view else None
        sources = tree.nodes("fromlist") if tree else ()
        if view is None:
            break
        views.append((relation, view))
        inner = view.entry(sources[0].number("rtindex")) if len(sources) == 1 else None
        inner_relation = view.relation(inner) if inner else None
        if inner is None or inner_relation is None:
            break
        level, entry, relation = view, inner, inner_relation
    return WrittenTable(relation, tuple(views)) if relation else None
