"""Query trees and the queries within them -> where a column reference leads."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias
from weakref import ref

from ...model.catalog import Catalog, Relation
from ...model.description import TableColumn
from ...model.typed import ColumnName
from . import nodes
from .catalog_index import Schema, Table, schema
from .enums import CmdType, CoercionForm, RTEKind
from .nodes import Node

# What gives the value of its argument, if perhaps in another type.
_UNCHANGED = ("RELABELTYPE", "COLLATEEXPR", "COERCETODOMAIN")
_COERCIONS = (*_UNCHANGED, "COERCEVIAIO", "ARRAYCOERCEEXPR")
_CAST_FORMATS = (CoercionForm.EXPLICIT_CAST, CoercionForm.IMPLICIT_CAST)


class Level:
    """A query in the queries that it is part of, innermost last.

    What is asked of it for each column of a result is worked out once.
    """

    def __init__(
        self, schema: Schema, query: Node, outer: "Level | None" = None
    ) -> None:
        self.schema = schema
        self.catalog = schema.catalog
        self.query = query
        # Who asks has the outermost one, which keeps the others; memory is free again after that.
        self._outer = ref(outer) if outer else None
        self.entries = query.nodes("rtable")
        """The range table; references count from 1."""
        self._inner: dict[int, Level] = {}
        self._plain: dict[int, Mapping[int, Origins] | None] = {}
        self.origins: dict[int, Origins] = {}
        """Where output columns come from, as far as it has been asked."""

    @cached_property
    def output(self) -> tuple[Node, ...]:
        """The entries of the visible columns: what it selects, or returns."""
        is_select = self.query.number("commandType") == CmdType.SELECT
        entries = self.query.nodes("targetList" if is_select else "returningList")
        return tuple([entry for entry in entries if not entry.flag("resjunk")])

    @property
    def outer(self) -> "Level | None":
        """The query around it."""
        return self._outer() if self._outer else None

    @property
    def all(self) -> tuple["Level", ...]:
        """The query and all queries in it, each before those within it."""
        found = [self]
        for query in self.query.queries:
            found += self.inner(query).all
        return tuple(found)

    @cached_property
    def arms(self) -> tuple["Level", ...]:
        """The queries that UNION, INTERSECT or EXCEPT puts together, in their order."""
        operation = self.query.node("setOperations")
        if operation is None:
            return ()
        references = [n for n in operation.walk() if n.tag == "RANGETBLREF"]
        found = [self.source(self.entries[r.number("rtindex") - 1]) for r in references]
        return tuple([arm for arm in found if arm])

    def up(self, levels: int) -> "Level | None":
        """The query *levels* further out."""
        if not levels:
            return self
        level: Level | None = self
        for _ in range(levels):
            level = level.outer if level else None
        return level

    def inner(self, query: Node) -> "Level":
        """A query that stands within this one."""
        found = self._inner.get(id(query))
        if found is None:
            found = self._inner[id(query)] = Level(self.schema, query, self)
        return found

    def relation(self, entry: Node) -> Relation | None:
        """The relation of a range table entry, if it is one that is known."""
        if entry.number("rtekind") != RTEKind.RELATION:
            return None
        return self.catalog.relations.get(entry.number("relid"))

    def table(self, entry: Node) -> Table | None:
        """What is known of the relation of an entry, if it is one."""
        if entry.number("rtekind") != RTEKind.RELATION:
            return None
        return self.schema.table(entry.number("relid"))

    def plain(self, index: int) -> "Mapping[int, Origins] | None":
        """The columns of an entry that is a table; None for all others."""
        if index not in self._plain:
            entry = self.entries[index - 1] if 0 < index <= len(self.entries) else None
            table = self.table(entry) if entry else None
            is_plain = entry and table and not self.source(entry)
            self._plain[index] = table.origins if table and is_plain else None
        return self._plain[index]

    def source(self, entry: Node) -> "Level | None":
        """The query that an entry's rows come from: of a subquery, CTE or view.

        None for a recursive CTE's reference to itself.
        """
        kind = entry.number("rtekind")
        if kind == RTEKind.SUBQUERY:
            query = entry.node("subquery")
            return self.inner(query) if query else None
        if kind == RTEKind.CTE:
            return None if entry.flag("self_reference") else self._cte(entry)
        if kind != RTEKind.RELATION:
            return None
        return _view(self.schema, entry.number("relid"))

    def _cte(self, entry: Node) -> "Level | None":
        home = self.up(entry.number("ctelevelsup"))
        name = entry.string("ctename")
        for cte in home.query.nodes("cteList") if home else ():
            query = cte.node("ctequery")
            if cte.string("ctename") == name and home and query:
                return home.inner(query)
        return None


def statement(catalog: Catalog, tree: Node) -> Level:
    """The level of a whole statement."""
    return Level(schema(catalog), tree)


def _view(schema: Schema, oid: int) -> Level | None:
    """A view's query; many queries of a project share a view."""
    if oid not in schema.views:
        relation = schema.catalog.relations.get(oid)
        tree = nodes.query(relation.tree) if relation and relation.tree else None
        schema.views[oid] = Level(schema, tree) if tree else None
    return schema.views[oid]


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


class Reference(NamedTuple):
    """Column `number` of range table entry `place` (from 1) of the query `home`; 0 is the whole row."""

    home: Level
    place: int
    number: int

    @property
    def entry(self) -> Node:
        """The range table entry."""
        return self.home.entries[self.place - 1]


def reference(node: Node, level: Level) -> Reference | None:
    """The column that *node* is, behind the names that joins and GROUP BY give to columns."""
    var = unchanged(node)
    if var.tag != "VAR":
        return None
    home = level.up(var.number("varlevelsup"))
    index, number = var.number("varno"), var.number("varattno")
    if home is None or not 0 < index <= len(home.entries):
        return None
    if home.entries[index - 1].number("rtekind") not in (RTEKind.JOIN, RTEKind.GROUP):
        return Reference(home, index, number)
    expression = stood_for(var, home)
    return reference(expression, home) if expression else None


def stood_for(var: Node, home: Level) -> Node | None:
    """The expression that a join or GROUP BY of query *home* gives the name of a column to."""
    index, number = var.number("varno"), var.number("varattno")
    entry = home.entries[index - 1]
    kind = entry.number("rtekind")
    if kind not in (RTEKind.JOIN, RTEKind.GROUP):
        return None
    named = entry.places("joinaliasvars" if kind == RTEKind.JOIN else "groupexprs")
    return named[number - 1] if 0 < number <= len(named) else None


def output_origin(level: Level, number: int) -> TableColumn | None:
    """The table column that output column *number* (from 1) comes from, in all arms of a UNION."""
    found = _output_origins(level, number)
    return next(iter(found)) if len(found) == 1 else None


def origin(node: Node, level: Level) -> TableColumn | None:
    """The table column that a value comes from unchanged, through joins, subqueries and views."""
    found = _origins(node, level)
    return next(iter(found)) if len(found) == 1 else None


Origins: TypeAlias = frozenset[TableColumn | None]
_NOWHERE: Origins = frozenset({None})


def _origins(node: Node, level: Level) -> Origins:
    """Where all the values come from; nothing for those of a CTE's reference to itself."""
    var = unchanged(node)
    if var.tag != "VAR":
        return _NOWHERE
    around = level.up(var.number("varlevelsup"))
    plain = around.plain(var.number("varno")) if around else None
    if plain is not None:
        return plain.get(var.number("varattno"), _NOWHERE)
    column = reference(var, level)
    if column is None or column.number <= 0:
        return _NOWHERE
    home, entry = column.home, column.entry
    if entry.flag("self_reference"):
        return frozenset()
    table = home.table(entry)
    # What a view's trigger gives back need not be in any table.
    made_up = (
        table is not None
        and column.place == home.query.number("resultRelation")
        and returns_at_will(table.relation)
    )
    source = None if made_up else home.source(entry)
    found = _output_origins(source, column.number) if source else _NOWHERE
    if found == _NOWHERE and table and column.number in table.origins:
        return table.origins[column.number]
    return found


def returns_at_will(relation: Relation) -> bool:
    """Whether rules or INSTEAD OF triggers say what is returned of a written row."""
    return relation.has_rules or any(
        time == "instead of" for time, _ in relation.row_triggers
    )


def _output_origins(source: Level, number: int) -> Origins:
    """Where an output column of a query comes from; of set operations, in all arms."""
    found = source.origins.get(number)
    if found is None:
        found = source.origins[number] = _found_origins(source, number)
    return found


def _found_origins(source: Level, number: int) -> Origins:
    if source.arms:
        found = [_output_origins(arm, number) for arm in source.arms]
        return frozenset().union(*found)
    output = source.output
    if not 0 < number <= len(output):
        return _NOWHERE
    expression = output[number - 1].node("expr")
    return _origins(expression, source) if expression else _NOWHERE


def column_name(catalog: Catalog, column: TableColumn | None) -> ColumnName | None:
    """The names of a table column."""
    table = schema(catalog).table(column.table) if column else None
    return table.names.get(column.number) if table and column else None
