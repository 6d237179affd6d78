"""A documentation -> its tables, types and queries by name, and who uses what. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from ..model.catalog import RelationKind
from ..model.documentation import (
    Documentation,
    DocumentedQuery,
    DocumentedReference,
    DocumentedRoutine,
    DocumentedTable,
    DocumentedType,
    RelationName,
)
from ..model.frozen import frozen
from ..model.typed import ColumnName
from . import addresses
from .named_tables import (
    NamedTable,
    QueryWords,
    called_routines,
    named_tables,
    query_words,
)


@frozen
class QueryUse:
    """A query that reads or writes a table, and the columns, sorted."""

    query: DocumentedQuery
    columns: tuple[str, ...]


class Names:
    """The tables, types and queries of a documentation by name, and the queries that use each table."""

    def __init__(self, documentation: Documentation) -> None:
        self.documentation = documentation
        self._named: dict[int, list[NamedTable]] = {}
        self._words: dict[int, QueryWords] = {}
        self._called: dict[int, list[NamedTable]] = {}

    @cached_property
    def tables(self) -> dict[RelationName, DocumentedTable]:
        """Return the tables and views by name."""
        return {table.key: table for table in self.documentation.schema.tables}

    @cached_property
    def types(self) -> dict[RelationName, DocumentedType]:
        """Return the types by name."""
        return {type_.key: type_ for type_ in self.documentation.schema.types}

    @cached_property
    def routines(self) -> dict[RelationName, list[DocumentedRoutine]]:
        """Return the functions and procedures by name; several may have one."""
        routines: defaultdict[RelationName, list[DocumentedRoutine]] = defaultdict(list)
        for routine in self.documentation.schema.routines:
            routines[routine.key].append(routine)
        return dict(routines)

    def routine_page(self, routine: DocumentedRoutine) -> str:
        """Return the page of a function or procedure."""
        is_overloaded = len(self.routines[routine.key]) > 1
        return addresses.routine_page(routine, is_overloaded=is_overloaded)

    @cached_property
    def types_by_display(self) -> dict[str, DocumentedType]:
        """Return the types by the names that `format_type` may print: with their schema and without."""
        displays: dict[str, DocumentedType] = {}
        for type_ in self.documentation.schema.types:
            displays.setdefault(type_.name, type_)
            displays[f"{type_.schema}.{type_.name}"] = type_
        return displays

    @cached_property
    def referring(
        self,
    ) -> dict[RelationName, list[tuple[DocumentedTable, DocumentedReference]]]:
        """Return the foreign keys that refer to each table, with the tables that have them."""
        referring: defaultdict[
            RelationName, list[tuple[DocumentedTable, DocumentedReference]]
        ] = defaultdict(list)
        for table in self.documentation.schema.tables:
            for reference in table.references:
                referring[reference.target].append((table, reference))
        return referring

    @cached_property
    def readers(self) -> dict[RelationName, list[QueryUse]]:
        """Return the queries that read each table."""
        return self._uses(is_write=False)

    @cached_property
    def writers(self) -> dict[RelationName, list[QueryUse]]:
        """Return the queries that write each table."""
        return self._uses(is_write=True)

    def _uses(self, *, is_write: bool) -> dict[RelationName, list[QueryUse]]:
        uses: defaultdict[RelationName, list[QueryUse]] = defaultdict(list)
        for query in self.documentation.queries:
            used = self.written_by(query) if is_write else self.read_by(query)
            for name, columns in used.items():
                uses[name].append(QueryUse(query, tuple(columns)))
        return uses

    def written_by(self, query: DocumentedQuery) -> dict[RelationName, list[str]]:
        """Return the columns that a query writes, by table."""
        return _by_table(query.typed.writes)

    def read_by(self, query: DocumentedQuery) -> dict[RelationName, list[str]]:
        """Return the columns that a query reads, by table; none of a table that it only names."""
        columns = _by_table(query.typed.reads)
        written = {(column.schema, column.relation) for column in query.typed.writes}
        for _, _, name in self.named_in(query):
            if name not in written:
                columns.setdefault(name, [])
        return columns

    def named_in(self, query: DocumentedQuery) -> list[NamedTable]:
        """Return the places at which a query names tables."""
        key = id(query)
        if key not in self._named:
            path = self.documentation.search_path
            self._named[key] = list(
                named_tables(self._words_of(query), self.tables, path)
            )
        return self._named[key]

    def called_in(self, query: DocumentedQuery) -> list[NamedTable]:
        """Return the places at which a query calls functions and procedures of the user's."""
        key = id(query)
        if key not in self._called:
            path = self.documentation.search_path
            words = self._words_of(query)
            self._called[key] = list(called_routines(words, self.routines, path))
        return self._called[key]

    def _words_of(self, query: DocumentedQuery) -> QueryWords:
        key = id(query)
        if key not in self._words:
            self._words[key] = query_words(query)
        return self._words[key]

    @cached_property
    def callers(self) -> dict[RelationName, list[DocumentedQuery]]:
        """Return the queries that call the functions and procedures of each name."""
        callers: defaultdict[RelationName, list[DocumentedQuery]] = defaultdict(list)
        for query in self.documentation.queries:
            for name in dict.fromkeys([name for _, _, name in self.called_in(query)]):
                callers[name].append(query)
        return callers

    @cached_property
    def triggers(self) -> dict[RelationName, list[tuple[DocumentedTable, str]]]:
        """Return the triggers that call each function: their tables and names."""
        triggers: defaultdict[RelationName, list[tuple[DocumentedTable, str]]]
        triggers = defaultdict(list)
        for table in self.documentation.schema.tables:
            for trigger in table.triggers:
                triggers[trigger.function].append((table, trigger.name))
        return triggers

    def is_partition(self, table: DocumentedTable) -> bool:
        """Return whether a table is a partition of another."""
        return any(
            parent in self.tables
            and self.tables[parent].kind is RelationKind.PARTITIONED
            for parent in table.parents
        )

    def label(self, name: RelationName) -> str:
        """Return a table's name, with its schema unless that is `public`."""
        return name[1] if name[0] == "public" else f"{name[0]}.{name[1]}"


def _by_table(columns: Iterable[ColumnName]) -> dict[RelationName, list[str]]:
    by_table: defaultdict[RelationName, list[str]] = defaultdict(list)
    for column in columns:
        by_table[column.schema, column.relation].append(column.column)
    return dict(by_table)
