"""Columns of what stands in FROM -> what they may be, before any outer join of the query itself."""

from collections.abc import Callable

from ....model.catalog import RelationKind
from ...tree.enums import JoinType, RTEKind
from ...tree.nodes import Node
from ..reasons import name
from ..registry import column_of
from ..scope import GROUPING_SETS, Scope
from ..verdict import Verdict, any_of, maybe, never
from .tables import VIEWS, place, table_column, view_scope, written_column


@column_of(RTEKind.RELATION)
def _relation(entry: Node, varno: int, attno: int, scope: Scope) -> Verdict:
    relation = scope.relation(entry)
    shown = name(varno, attno, scope)
    if relation is None:
        return maybe(f"{shown} is not known")
    if attno < 0 and scope.narrows:
        if relation.kind in (RelationKind.TABLE, RelationKind.PARTITIONED):
            return never("every row of a table has its system columns")
        return maybe("only rows of tables have system columns")
    if attno == 0:
        return never(f"{shown} as a whole is a row")
    if not scope.narrows:
        return written_column(relation, attno, shown, scope)
    if relation.kind not in VIEWS:
        return table_column(relation, attno, shown, scope.context)

    def level(required: frozenset[int]) -> Scope | None:
        return scope.within(
            relation.oid, required, lambda: view_scope(relation, scope, required)
        )

    return _of_query(level, varno, attno, shown, scope)


@column_of(RTEKind.SUBQUERY)
def _subquery(entry: Node, varno: int, attno: int, scope: Scope) -> Verdict:
    query = entry.node("subquery")
    shown = name(varno, attno, scope)
    if query is None:
        return maybe(f"{shown} is not known")
    if attno == 0:
        return never(f"{shown} as a whole is a row")
    return _of_query(
        lambda required: scope.child(query, required), varno, attno, shown, scope
    )


@column_of(RTEKind.CTE)
def _cte(entry: Node, varno: int, attno: int, scope: Scope) -> Verdict:
    home = scope.up(entry.number("ctelevelsup"))
    title = entry.string("ctename")
    shown = name(varno, attno, scope)
    found = [c for c in home.query.nodes("cteList") if c.string("ctename") == title]
    query = found[0].node("ctequery") if found else None
    if query is None:
        return maybe(f"{shown} is not known")
    if attno == 0:
        return never(f"{shown} as a whole is a row")
    if entry.flag("self_reference"):
        assumed = home.recursive.get(title, ())
        return place(assumed, attno, shown)
    if not found[0].flag("cterecursive"):
        return _of_query(
            lambda required: home.child(query, required), varno, attno, shown, scope
        )
    columns = _fixed_point(title, query, home)
    if attno > len(columns):
        return _path_column(found[0], attno, shown, home)
    return columns[attno - 1]


def _of_query(
    level: Callable[[frozenset[int]], Scope | None],
    varno: int,
    attno: int,
    shown: str,
    scope: Scope,
) -> Verdict:
    """A column of a subquery, whose rows may be narrowed by what stands around it."""
    query = level(frozenset())
    if query is None:
        return maybe(f"{shown} is not known")
    verdict = place(query.columns(), attno, shown)
    if verdict.nullable and (required := scope.required_of(varno)):
        narrowed = level(required)
        if narrowed is not None:
            return place(narrowed.columns(), attno, shown)
    return verdict


def _fixed_point(title: str, query: Node, home: Scope) -> tuple[Verdict, ...]:
    """A recursive CTE's columns: what follows from assuming just that of its own rows.

    Begins with what the first part gives, none of it NULL, and takes in what the parts make of
    that until nothing more is NULL. What each round adds stays, so it ends.
    """
    if title in home.fixed_points:
        return home.fixed_points[title]
    parts = query.node("setOperations")
    first = parts and parts.node("larg")
    if not first or first.tag != "RANGETBLREF":
        return ()
    entry = query.nodes("rtable")[first.number("rtindex") - 1]
    start = entry.node("subquery")
    if start is None:
        return ()
    level = Scope(query, home.context, home)
    columns = tuple([v.but(nullable=False) for v in level.child(start).columns()])
    while True:
        home.recursive[title] = columns
        found = Scope(query, home.context, home).columns()
        merged = tuple([any_of(pair) for pair in zip(columns, found, strict=False)])
        if _flags(merged) == _flags(columns):
            break
        columns = merged
    del home.recursive[title]
    home.fixed_points[title] = found
    return found


def _flags(columns: tuple[Verdict, ...]) -> list[tuple[object, ...]]:
    return [(column.nullable, column.elements, column.origin) for column in columns]


def _path_column(cte: Node, attno: int, shown: str, home: Scope) -> Verdict:
    """What SEARCH and then CYCLE add to a recursive query's columns."""
    search, cycle = cte.node("search_clause"), cte.node("cycle_clause")
    added: list[Verdict] = []
    if search:
        added.append(never("SEARCH gives every row its place"))
    if cycle:
        marks = (cycle.node("cycle_mark_value"), cycle.node("cycle_mark_default"))
        added.append(any_of([home.verdict(mark) for mark in marks]))
        added.append(never("CYCLE gives every row its path"))
    return place(tuple(added), attno - len(cte.strings("ctecolnames")), shown)


@column_of(RTEKind.VALUES)
def _values(entry: Node, varno: int, attno: int, scope: Scope) -> Verdict:
    shown = name(varno, attno, scope)
    rows = entry.lists("values_lists")
    if attno <= 0 or not rows:
        return maybe(f"{shown} is not known")
    return any_of([scope.verdict(row[attno - 1]) for row in rows])


@column_of(RTEKind.GROUP)
def _grouped(entry: Node, varno: int, attno: int, scope: Scope) -> Verdict:
    """PostgreSQL 18's stand-in for what GROUP BY names."""
    expressions = entry.places("groupexprs")
    if not 0 < attno <= len(expressions):
        return maybe(f"{name(varno, attno, scope)} is not known")
    verdict = scope.within_groups().verdict(expressions[attno - 1])
    if scope.query.nodes("groupingSets"):
        return verdict.but(nullable=True, reason=GROUPING_SETS)
    return verdict


@column_of(RTEKind.JOIN)
def _joined(entry: Node, varno: int, attno: int, scope: Scope) -> Verdict:
    """A column of a join that has a name, or that USING merges from both sides."""
    aliased = entry.places("joinaliasvars")
    expression = aliased[attno - 1] if 0 < attno <= len(aliased) else None
    if expression is None:
        return maybe(f"{name(varno, attno, scope)} is not known")
    if entry.number("jointype") != JoinType.FULL or expression.tag != "COALESCEEXPR":
        return scope.verdict(expression)
    return _merged(expression, varno, scope)


def _merged(expression: Node, varno: int, scope: Scope) -> Verdict:
    """`FULL JOIN … USING (c)`: one side's column as it comes, or the other's."""
    found: list[Verdict] = []
    for argument in expression.nodes("args"):
        relations = {v.number("varno") for v in argument.walk() if v.tag == "VAR"}
        inside = scope
        for side in scope.joined.optional:
            if side.join.number("rtindex") == varno and relations <= side.relations:
                inside = scope.as_joined(scope.joined.given(side))
        found.append(inside.verdict(argument))
    return any_of(found).but(origin=None)
