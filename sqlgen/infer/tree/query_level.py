"""A query tree and the queries within it -> where each of its columns comes from.

A query names columns by the number of an entry of its range table and the number of a column of that
entry (a `VAR` node). The entry may be of a query further out, and stand for a table, for another
query, or for the name that a join or GROUP BY gives to an expression. `QueryLevel.resolve` tells
which, one step at a time, and all parts of inference ask it.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias
from weakref import ref

from ...model import postgres
from ...model.catalog import Catalog, CompositeType, Relation
from .enums import CmdType, RTEKind
from .expressions import unchanged
from .indexed_relation import IndexedRelation, Origins
from .nodes import Node, stored_query


class CatalogIndex:
    """A catalog with the facts that follow from it alone, derived once for all queries of a project."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._relations: dict[int, IndexedRelation] = {}
        self._views: dict[int, QueryLevel | None] = {}

    @cached_property
    def names_with_line_ends(self) -> frozenset[str]:
        """Return the names of relations, columns, fields and arguments that have line ends."""
        names: set[str] = set()
        for relation in self.catalog.relations.values():
            names.add(relation.name)
            names.update([column.name for column in relation.columns.values()])
        for type_ in self.catalog.types.values():
            if isinstance(type_, CompositeType):
                names.update([field.name for field in type_.fields])
        for function in self.catalog.functions.values():
            names.update([name for _, name, _ in function.all_arguments])
        return frozenset([name for name in names if "\n" in name])

    @cached_property
    def user_functions(self) -> frozenset[str]:
        """Return the names of functions that do not come with PostgreSQL."""
        functions = self.catalog.functions.values()
        return frozenset([each.name for each in functions if not each.system])

    @cached_property
    def user_operators(self) -> frozenset[str]:
        """Return the names of operators that do not come with PostgreSQL."""
        return frozenset(
            [
                name
                for oid, name in self.catalog.operators.items()
                if oid >= postgres.FIRST_NORMAL_OBJECT_ID
            ]
        )

    def relation(self, oid: int) -> IndexedRelation | None:
        """Return the relation of that *oid*, None if the catalog has none."""
        known = self._relations.get(oid)
        if known is not None:
            return known
        relation = self.catalog.relations.get(oid)
        if relation is None:
            return None
        indexed = self._relations[oid] = IndexedRelation(relation)
        return indexed

    def view(self, oid: int) -> "QueryLevel | None":
        """Return the query of the view of that *oid*, None for other relations."""
        if oid not in self._views:
            relation = self.catalog.relations.get(oid)
            tree = stored_query(relation.tree) if relation else None
            self._views[oid] = QueryLevel(self, tree) if tree else None
        return self._views[oid]

    def written(self, oid: int) -> tuple[Relation, ...]:
        """Return the relation that a statement writes, and behind a view those that the view is of.

        PostgreSQL writes the table of a simple view, with its triggers and rules.
        """
        found: dict[int, Relation] = {}
        waiting = [oid]
        while waiting:
            indexed = self.relation(waiting.pop())
            if indexed is None or indexed.relation.oid in found:
                continue
            relation = found[indexed.relation.oid] = indexed.relation
            view = self.view(relation.oid)
            entries = view.entries if view else ()
            waiting += [n for entry in entries if (n := entry.number("relid"))]
        return tuple(found.values())


class Source(NamedTuple):
    """The source of column `attno` of entry `varno` of a query's range table.

    `kind` is the entry's `RTEKind`. In each row the column has the value of one of the `expressions`,
    which stand in the same query: a join's or GROUP BY's column has one, one of VALUES has one for
    each row. `query` is the subquery, CTE or view whose output column `attno` it is; a recursive
    CTE's reference to itself has none. `cte` is the CTE's node, `relation` the table or view.
    """

    varno: int
    attno: int
    entry: Node
    kind: int
    expressions: tuple[Node, ...] = ()
    query: "QueryLevel | None" = None
    cte: Node | None = None
    relation: IndexedRelation | None = None


class EntryColumn(NamedTuple):
    """A column with the query level whose range table has its entry."""

    level: "QueryLevel"
    source: Source


_Rows: TypeAlias = "tuple[QueryLevel | None, Node | None, IndexedRelation | None]"


class QueryLevel:
    """A query with the queries that it is part of and those within it.

    `entries` is its range table, whose numbers count from 1.
    """

    def __init__(
        self, index: CatalogIndex, query: Node, outer: "QueryLevel | None" = None
    ) -> None:
        self.index = index
        self.catalog = index.catalog
        self.query = query
        self.entries = query.nodes("rtable")
        # The caller holds the outermost level, which holds the others. A strong reference back would
        # make a circle, whose memory only the garbage collector frees.
        self._outer = ref(outer) if outer else None
        self._inner: dict[int, QueryLevel] = {}
        self._sources: dict[tuple[int, int], Source | None] = {}
        self._known_rows: dict[int, _Rows] = {}
        self.output_origins: dict[int, Origins] = {}
        """The origins of output columns that have been asked for, by number; see `origins`."""

    @cached_property
    def output(self) -> tuple[Node, ...]:
        """Return the target entries of the columns that the query gives, by SELECT or RETURNING.

        Without those that only ORDER BY and GROUP BY need.
        """
        is_select = self.query.number("commandType") == CmdType.SELECT
        entries = self.query.nodes("targetList" if is_select else "returningList")
        return tuple([entry for entry in entries if not entry.flag("resjunk")])

    @cached_property
    def output_expressions(self) -> tuple[Node | None, ...]:
        """Return the expressions of the output columns."""
        return tuple([entry.node("expr") for entry in self.output])

    @property
    def outer(self) -> "QueryLevel | None":
        """Return the query around this one."""
        return self._outer() if self._outer else None

    @property
    def all(self) -> tuple["QueryLevel", ...]:
        """Return the query and all queries in it, each before those within it."""
        levels = [self]
        for query in self.query.queries:
            levels += self.inner(query).all
        return tuple(levels)

    @cached_property
    def arms(self) -> tuple["QueryLevel", ...]:
        """Return the queries that UNION, INTERSECT or EXCEPT combines, in their order."""
        operation = self.query.node("setOperations")
        if operation is None:
            return ()
        references = [n for n in operation.walk() if n.tag == "RANGETBLREF"]
        arms = [
            self.from_query(self.entries[r.number("rtindex") - 1]) for r in references
        ]
        return tuple([arm for arm in arms if arm])

    def up(self, levels: int) -> "QueryLevel | None":
        """Return the query *levels* further out, None if there is none."""
        level: QueryLevel | None = self
        for _ in range(levels):
            level = level.outer if level else None
        return level

    def inner(self, query: Node) -> "QueryLevel":
        """Return the level of a *query* that stands directly in this one."""
        level = self._inner.get(id(query))
        if level is None:
            level = self._inner[id(query)] = QueryLevel(self.index, query, self)
        return level

    def entry(self, index: int) -> Node | None:
        """Return the entry of the range table of that number, None if there is none."""
        return self.entries[index - 1] if 0 < index <= len(self.entries) else None

    def relation(self, entry: Node) -> Relation | None:
        """Return the table or view that an entry of the range table is, None for other entries."""
        indexed = self.indexed_relation(entry)
        return indexed.relation if indexed else None

    def indexed_relation(self, entry: Node) -> IndexedRelation | None:
        """Return the table or view that an entry is with its names, None for other entries."""
        if entry.number("rtekind") != RTEKind.RELATION:
            return None
        return self.index.relation(entry.number("relid"))

    @cached_property
    def written(self) -> tuple[Relation, ...]:
        """Return the relation that the statement writes, and behind a view those that the view is of."""
        entry = self.entry(self.query.number("resultRelation"))
        return self.index.written(entry.number("relid")) if entry else ()

    def from_query(self, entry: Node) -> "QueryLevel | None":
        """Return the query that an entry's rows come from: a subquery, CTE or view.

        None for other entries, and for a recursive CTE's reference to itself.
        """
        kind = entry.number("rtekind")
        if kind == RTEKind.SUBQUERY:
            query = entry.node("subquery")
            return self.inner(query) if query else None
        if kind == RTEKind.CTE:
            return None if entry.flag("self_reference") else self._cte(entry)[1]
        if kind == RTEKind.RELATION:
            return self.index.view(entry.number("relid"))
        return None

    def _cte(self, entry: Node) -> "tuple[Node | None, QueryLevel | None]":
        """Return the CTE that an entry refers to by name: its node and its query."""
        home = self.up(entry.number("ctelevelsup"))
        name = entry.string("ctename")
        for cte in home.query.nodes("cteList") if home else ():
            query = cte.node("ctequery")
            if cte.string("ctename") == name and home and query:
                return cte, home.inner(query)
        return None, None

    def source(self, varno: int, attno: int) -> Source | None:
        """Return the source of column *attno* of entry *varno* of this query's range table.

        None if there is no such entry. Number 0 is the row as a whole, negative ones are the system's.
        """
        key = varno, attno
        if key in self._sources:
            return self._sources[key]
        entry = self.entry(varno)
        source = self._find(varno, attno, entry) if entry else None
        self._sources[key] = source
        return source

    def resolve(self, var: Node) -> EntryColumn | None:
        """Return the source of the column that a `VAR` node of this query names.

        One step: the source may again be a column. None if no entry of a range table has it.
        """
        levels = var.number("varlevelsup")
        home = self.up(levels) if levels else self
        if home is None:
            return None
        source = home.source(var.number("varno"), var.number("varattno"))
        return EntryColumn(home, source) if source else None

    def _find(self, varno: int, attno: int, entry: Node) -> Source:
        kind = entry.number("rtekind")
        match kind:
            case RTEKind.RELATION | RTEKind.SUBQUERY | RTEKind.CTE:
                query, cte, relation = self._rows(varno, entry)
                return Source(varno, attno, entry, kind, (), query, cte, relation)
            case RTEKind.JOIN:
                expressions = _named(entry.nodes_or_nulls("joinaliasvars"), attno)
            case RTEKind.GROUP:
                expressions = _named(entry.nodes_or_nulls("groupexprs"), attno)
            case RTEKind.VALUES if attno > 0:
                rows = entry.lists("values_lists")
                expressions = tuple(
                    [row[attno - 1] for row in rows if attno <= len(row)]
                )
            case _:
                expressions = ()
        return Source(varno, attno, entry, kind, expressions)

    def _rows(self, varno: int, entry: Node) -> _Rows:
        """Return the query, the CTE and the relation that an entry's rows come from."""
        rows = self._known_rows.get(varno)
        if rows is None:
            cte, query = None, self.from_query(entry)
            if entry.number("rtekind") == RTEKind.CTE:
                cte, _ = self._cte(entry)
            rows = query, cte, self.indexed_relation(entry)
            self._known_rows[varno] = rows
        return rows


def _named(expressions: Sequence[Node | None], number: int) -> tuple[Node, ...]:
    """Return the expression that column *number* is the name of, if there is one."""
    expression = expressions[number - 1] if 0 < number <= len(expressions) else None
    return (expression,) if expression else ()


def statement_level(catalog: Catalog, tree: Node) -> QueryLevel:
    """Return the level of a whole statement."""
    return QueryLevel(catalog_index(catalog), tree)


def catalog_index(catalog: Catalog) -> CatalogIndex:
    """Return the index of a catalog; that of the last catalog asked for is kept."""
    if _LAST[0].catalog is not catalog:
        _LAST[0] = CatalogIndex(catalog)
    return _LAST[0]


_LAST = [CatalogIndex(Catalog(server_version=0))]


def entry_column(node: Node, level: QueryLevel) -> EntryColumn | None:
    """Return the column that an expression is, behind the names that joins and GROUP BY give.

    Casts that leave the value as it is are looked through; None for other expressions.
    """
    var = unchanged(node)
    column = level.resolve(var) if var.tag == "VAR" else None
    if column is None or column.source.kind not in (RTEKind.JOIN, RTEKind.GROUP):
        return column
    expressions = column.source.expressions
    return entry_column(expressions[0], column.level) if expressions else None


def named_expression(var: Node, level: QueryLevel) -> Node | None:
    """Return the expression that a join or GROUP BY of this query gives the name *var* to."""
    source = level.source(var.number("varno"), var.number("varattno"))
    if source is None or source.kind not in (RTEKind.JOIN, RTEKind.GROUP):
        return None
    return source.expressions[0] if source.expressions else None
