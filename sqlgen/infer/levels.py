"""Query trees and the queries within them -> where a column reference leads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from ..model.catalog import Catalog, Relation
from ..model.description import TableColumn
from ..model.typed import ColumnName
from . import nodes
from .nodes import Node

# `CmdType` and `RTEKind` (nodes.h, parsenodes.h); the kinds used here are the same in 14 to 18.
SELECT, UPDATE, INSERT, DELETE = 1, 2, 3, 4
RELATION, SUBQUERY, JOIN, FUNCTION, VALUES, CTE, GROUP = 0, 1, 2, 3, 5, 6, 9

# What gives the value of its argument, if perhaps in another type.
_UNCHANGED = ("RELABELTYPE", "COLLATEEXPR", "COERCETODOMAIN")
_COERCIONS = (*_UNCHANGED, "COERCEVIAIO", "ARRAYCOERCEEXPR")
_CAST_FORMATS = (1, 2)
"""`CoercionForm`: a function called for an explicit or an implicit cast."""


@dataclass(frozen=True, eq=False)
class Level:
    """A query in the queries that it is part of, innermost last.

    What is asked of it for each column of a result is worked out once.
    """

    catalog: Catalog
    query: Node
    outer: "Level | None" = None
    _sources: "dict[int, Level | None]" = field(default_factory=dict, repr=False)

    @cached_property
    def entries(self) -> tuple[Node, ...]:
        """The range table; references count from 1."""
        return self.query.nodes("rtable")

    @cached_property
    def output(self) -> tuple[Node, ...]:
        """The entries of the visible columns: what it selects, or returns."""
        name = "targetList" if self.query.number("commandType") == SELECT else None
        return tuple(
            [
                entry
                for entry in self.query.nodes(name or "returningList")
                if not entry.flag("resjunk")
            ]
        )

    def up(self, levels: int) -> "Level | None":
        """The query *levels* further out."""
        level: Level | None = self
        for _ in range(levels):
            level = level.outer if level else None
        return level

    def inner(self, query: Node) -> "Level":
        """A query that stands within this one."""
        return Level(self.catalog, query, self)

    def relation(self, entry: Node) -> Relation | None:
        """The relation of a range table entry, if it is one that is known."""
        if entry.number("rtekind") != RELATION:
            return None
        return self.catalog.relations.get(entry.number("relid"))

    def source(self, entry: Node) -> "Level | None":
        """The query that an entry's rows come from: of a subquery, CTE or view.

        None for a recursive CTE's reference to itself.
        """
        if id(entry) not in self._sources:
            self._sources[id(entry)] = self._source(entry)
        return self._sources[id(entry)]

    def _source(self, entry: Node) -> "Level | None":
        if entry.number("rtekind") == SUBQUERY:
            query = entry.node("subquery")
            return self.inner(query) if query else None
        if entry.number("rtekind") == CTE:
            return None if entry.flag("self_reference") else self._cte(entry)
        relation = self.relation(entry)
        view = _view(relation.tree) if relation and relation.tree else None
        return Level(self.catalog, view) if view else None

    def _cte(self, entry: Node) -> "Level | None":
        home = self.up(entry.number("ctelevelsup"))
        for cte in home.query.nodes("cteList") if home else ():
            query = cte.node("ctequery")
            if cte.string("ctename") == entry.string("ctename") and home and query:
                return home.inner(query)
        return None


@lru_cache(maxsize=512)
def _view(tree: str) -> Node | None:
    """A view's query; many queries of a project share a view."""
    return nodes.query(tree)


def levels(catalog: Catalog, tree: Node) -> Iterator[Level]:
    """The query and all queries in it, each before those within it."""
    stack: list[tuple[Node, Level | None]] = [(tree, None)]
    while stack:
        node, outer = stack.pop()
        level = outer
        if node.tag == "QUERY":
            level = Level(catalog, node, outer)
            yield level
        stack.extend((query, level) for query in reversed(node.queries))


def own_nodes(node: Node) -> Sequence[Node]:
    """The node and all below it, without the queries within it."""
    return node.own


def uncoerced(node: Node) -> Node:
    """What stands under casts, written or implied."""
    while True:
        if node.tag in _COERCIONS:
            inner = node.node("arg")
        elif node.tag == "FUNCEXPR" and node.number("funcformat") in _CAST_FORMATS:
            inner = next(iter(node.nodes("args")), None)
        else:
            return node
        if inner is None:
            return node
        node = inner


def unchanged(node: Node) -> Node:
    """What stands under casts that leave the value as it is, such as varchar to text."""
    while node.tag in _UNCHANGED and (inner := node.node("arg")):
        node = inner
    return node


@dataclass(frozen=True, slots=True)
class Reference:
    """Column `number` of range table entry `index` of the query `home`; 0 is the whole row."""

    home: Level
    index: int
    number: int

    @property
    def entry(self) -> Node:
        """The range table entry."""
        return self.home.entries[self.index - 1]


def reference(node: Node, level: Level) -> Reference | None:
    """The column that *node* is, behind the names that joins and GROUP BY give to columns."""
    var = unchanged(node)
    if var.tag != "VAR":
        return None
    home = level.up(var.number("varlevelsup"))
    index, number = var.number("varno"), var.number("varattno")
    if home is None or not 0 < index <= len(home.entries):
        return None
    if home.entries[index - 1].number("rtekind") not in (JOIN, GROUP):
        return Reference(home, index, number)
    expression = stood_for(var, home)
    return reference(expression, home) if expression else None


def stood_for(var: Node, home: Level) -> Node | None:
    """The expression that a join or GROUP BY of query *home* gives the name of a column to."""
    index, number = var.number("varno"), var.number("varattno")
    entry = home.entries[index - 1]
    kind = entry.number("rtekind")
    if kind not in (JOIN, GROUP):
        return None
    named = entry.places("joinaliasvars" if kind == JOIN else "groupexprs")
    return named[number - 1] if 0 < number <= len(named) else None


def output_origin(level: Level, number: int) -> TableColumn | None:
    """The table column that output column *number* (from 1) comes from, in all arms of a UNION."""
    found = _output_origins(level, number)
    return next(iter(found)) if len(found) == 1 else None


def origin(node: Node, level: Level) -> TableColumn | None:
    """The table column that a value comes from unchanged, through joins, subqueries and views."""
    found = _origins(node, level)
    return next(iter(found)) if len(found) == 1 else None


_Origins = frozenset[TableColumn | None]
_NOWHERE: _Origins = frozenset({None})


def _origins(node: Node, level: Level) -> _Origins:
    """Where all the values come from; nothing for those of a CTE's reference to itself."""
    column = reference(node, level)
    if column is None or column.number <= 0:
        return _NOWHERE
    entry = column.entry
    if entry.flag("self_reference"):
        return frozenset()
    relation = column.home.relation(entry)
    written = column.index == column.home.query.number("resultRelation")
    # What a view's trigger gives back need not be in any table.
    made_up = written and relation is not None and returns_at_will(relation)
    source = None if made_up else column.home.source(entry)
    found = _output_origins(source, column.number) if source else _NOWHERE
    if found == _NOWHERE and relation and column.number in relation.columns:
        return frozenset({TableColumn(relation.oid, column.number)})
    return found


def returns_at_will(relation: Relation) -> bool:
    """Whether rules or INSTEAD OF triggers say what is returned of a written row."""
    return relation.has_rules or any(
        time == "instead of" for time, _ in relation.row_triggers
    )


def _output_origins(source: Level, number: int) -> _Origins:
    """Where an output column of a query comes from; of set operations, in all arms."""
    if arms := set_arms(source):
        found = [_output_origins(arm, number) for arm in arms]
        return frozenset().union(*found)
    output = source.output
    if not 0 < number <= len(output):
        return _NOWHERE
    expression = output[number - 1].node("expr")
    return _origins(expression, source) if expression else _NOWHERE


def set_arms(level: Level) -> tuple[Level, ...]:
    """The queries that UNION, INTERSECT or EXCEPT puts together, in their order."""
    operation = level.query.node("setOperations")
    references = [
        node.number("rtindex")
        for node in (operation.walk() if operation else ())
        if node.tag == "RANGETBLREF"
    ]
    arms = [level.source(level.entries[index - 1]) for index in references]
    return tuple(arm for arm in arms if arm)


def column_name(catalog: Catalog, column: TableColumn | None) -> ColumnName | None:
    """The names of a table column."""
    relation = catalog.relations.get(column.table) if column else None
    if column is None or relation is None or column.number not in relation.columns:
        return None
    return ColumnName(
        relation.schema, relation.name, relation.columns[column.number].name
    )
