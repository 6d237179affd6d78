"""Columns of FROM's relations -> whether they may be NULL, before any outer join of the query itself."""

from collections.abc import Callable

from ....model.catalog import Relation, RelationKind
from ...tree.enums import JoinType, RTEKind
from ...tree.nodes import Node
from ...tree.query_level import QueryLevel, Source
from ..reasons import column_title
from ..registry import column_rule
from ..scope import GROUPING_SETS, Scope
from ..verdict import Verdict, any_of, maybe, never
from .tables import (
    VIEWS,
    output_verdict,
    shown_row,
    table_column,
    view_scope,
    written_column,
)


@column_rule(RTEKind.RELATION)
def _relation(source: Source, scope: Scope) -> Verdict:
    title = _title(source, scope)
    if source.relation is None:
        return maybe(f"{title} is not known")
    relation, number = source.relation.relation, source.attno
    if number < 0 and scope.narrows:
        if relation.kind in (RelationKind.TABLE, RelationKind.PARTITIONED):
            return never("every row of a table has its system columns")
        return maybe("only rows of tables have system columns")
    if number == 0:
        return shown_row(relation, title, scope)
    if not scope.narrows:
        return written_column(relation, number, title, scope)
    if relation.kind not in VIEWS:
        return table_column(relation, number, title, scope.context)
    return _of_query(_view_scopes(relation, scope), source, title, scope)


def _view_scopes(
    relation: Relation, scope: Scope
) -> Callable[[frozenset[int]], Scope | None]:
    """Return a function from the columns that must not be NULL to the scope of a view's query."""

    def make(required: frozenset[int]) -> Scope | None:
        return scope.within(
            relation.oid, required, lambda: view_scope(relation, scope, required)
        )

    return make


@column_rule(RTEKind.SUBQUERY)
def _subquery(source: Source, scope: Scope) -> Verdict:
    query, title = source.query, _title(source, scope)
    if query is None:
        return maybe(f"{title} is not known")
    if source.attno == 0:
        return never(f"{title} as a whole is a row")
    return _of_query(
        lambda required: scope.child(query, required), source, title, scope
    )


@column_rule(RTEKind.CTE)
def _cte(source: Source, scope: Scope) -> Verdict:
    home = scope.up(source.entry.number("ctelevelsup"))
    cte, query, title = source.cte, source.query, _title(source, scope)
    if cte is None:
        return maybe(f"{title} is not known")
    if source.attno == 0:
        return never(f"{title} as a whole is a row")
    if query is None:  # the CTE's own reference to itself
        assumed = home.recursive.get(cte.string("ctename"), ())
        return output_verdict(assumed, source.attno, title)
    if not cte.flag("cterecursive"):
        return _of_query(
            lambda required: home.child(query, required), source, title, scope
        )
    columns = _fixed_point(cte.string("ctename"), query, home)
    if source.attno > len(columns):
        return _path_column(cte, source.attno, title, home)
    return columns[source.attno - 1]


def _of_query(
    query_scope: Callable[[frozenset[int]], Scope | None],
    source: Source,
    title: str,
    scope: Scope,
) -> Verdict:
    """Return the verdict of a subquery's column, with the help of the conditions around it.

    *query_scope* gives the subquery's scope if certain of its columns must not be NULL.
    """
    query = query_scope(frozenset())
    if query is None:
        return maybe(f"{title} is not known")
    verdict = output_verdict(query.columns(), source.attno, title)
    if verdict.nullable and (required := scope.required_of(source.varno)):
        narrowed = query_scope(required)
        if narrowed is not None:
            return output_verdict(narrowed.columns(), source.attno, title)
    return verdict


def _fixed_point(name: str, query: QueryLevel, home: Scope) -> tuple[Verdict, ...]:
    """Return the verdicts of a recursive CTE that follow from assuming just them of its own rows.

    Begins with the columns of the first part, none of them nullable, and adds the results of the
    parts under that assumption until nothing more is nullable. A round takes nothing back, so it ends.
    """
    if name in home.fixed_points:
        return home.fixed_points[name]
    parts = query.query.node("setOperations")
    first = parts and parts.node("larg")
    if not first or first.tag != "RANGETBLREF":
        return ()
    start = query.from_query(query.entries[first.number("rtindex") - 1])
    if start is None:
        return ()
    scope = Scope(query, home.context, home)
    columns = tuple([v.but(nullable=False) for v in scope.child(start).columns()])
    while True:
        home.recursive[name] = columns
        result = Scope(query, home.context, home).columns()
        merged = tuple([any_of(pair) for pair in zip(columns, result, strict=False)])
        if _flags(merged) == _flags(columns):
            break
        columns = merged
    del home.recursive[name]
    home.fixed_points[name] = result
    return result


def _flags(columns: tuple[Verdict, ...]) -> list[tuple[object, ...]]:
    return [(c.nullable, c.elements, c.origin, c.table, c.shapes) for c in columns]


def _path_column(cte: Node, number: int, title: str, home: Scope) -> Verdict:
    """Return the verdict of a column that SEARCH or CYCLE adds behind a recursive query's own."""
    search, cycle = cte.node("search_clause"), cte.node("cycle_clause")
    added: list[Verdict] = []
    if search:
        added.append(never("SEARCH gives every row its place"))
    if cycle:
        marks = (cycle.node("cycle_mark_value"), cycle.node("cycle_mark_default"))
        added.append(any_of([home.verdict(mark) for mark in marks]))
        added.append(never("CYCLE gives every row its path"))
    own = len(cte.strings("ctecolnames"))
    return output_verdict(tuple(added), number - own, title)


@column_rule(RTEKind.VALUES)
def _values(source: Source, scope: Scope) -> Verdict:
    if not source.expressions:
        return maybe(f"{_title(source, scope)} is not known")
    return any_of([scope.verdict(expression) for expression in source.expressions])


@column_rule(RTEKind.GROUP)
def _grouped(source: Source, scope: Scope) -> Verdict:
    """Return the verdict of an expression of GROUP BY, which PostgreSQL 18 makes a column of."""
    if not source.expressions:
        return maybe(f"{_title(source, scope)} is not known")
    verdict = scope.within_groups().verdict(source.expressions[0])
    if scope.query.nodes("groupingSets"):
        return verdict.but(nullable=True, reason=GROUPING_SETS)
    return verdict


@column_rule(RTEKind.JOIN)
def _joined(source: Source, scope: Scope) -> Verdict:
    """Return the verdict of a column of a join with a name, or one that USING merges."""
    if not source.expressions:
        return maybe(f"{_title(source, scope)} is not known")
    [expression] = source.expressions
    is_full = source.entry.number("jointype") == JoinType.FULL
    if not is_full or expression.tag != "COALESCEEXPR":
        return scope.verdict(expression)
    return _merged(expression, source.varno, scope)


def _merged(expression: Node, join: int, scope: Scope) -> Verdict:
    """Return the verdict of a column of `FULL JOIN … USING (c)`: one side's column, or the other's."""
    verdicts: list[Verdict] = []
    for argument in expression.nodes("args"):
        relations = {v.number("varno") for v in argument.walk() if v.tag == "VAR"}
        inside = scope
        for side in scope.joined.nullable_sides:
            if side.join.number("rtindex") == join and relations <= side.relations:
                inside = scope.as_joined(scope.joined.with_side(side))
        verdicts.append(inside.verdict(argument))
    return any_of(verdicts).but(origin=None)


def _title(source: Source, scope: Scope) -> str:
    return column_title(source.varno, source.attno, scope)
