"""Columns of tables and views -> whether they may be NULL, by constraints or the view's own query."""

from dataclasses import replace
from typing import Final

from ....model.catalog import Column, DomainType, PgType, Relation, RelationKind
from ....model.description import TableColumn
from ...tree.origins import has_own_returning
from ...tree.query_level import catalog_index
from ..context import StatementContext
from ..scope import Scope
from ..verdict import Elements, Verdict, maybe, never
from .checks import one_is_set
from .generated_columns import generated_column

TABLES: Final = (RelationKind.TABLE, RelationKind.PARTITIONED)
VIEWS: Final = (RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW)


def table_column(
    relation: Relation, number: int, title: str, context: StatementContext
) -> Verdict:
    """Return the verdict of a table's column by the table's constraints.

    *title* is the column's name as the query writes it.
    """
    column = relation.columns.get(number)
    indexed = catalog_index(context.catalog).relation(relation.oid)
    if column is None or indexed is None:
        return maybe(f"{title} is not known")
    key = number, title, context.never_null
    verdict: Verdict | None = indexed.verdicts.get(key)
    if verdict is None:
        verdict = indexed.verdicts[key] = _by_constraints(
            relation, column, title, context
        ).but(elements=Elements.STORED, origin=TableColumn(relation.oid, number))
        if column.expression and relation.kind in TABLES:
            generated = generated_column(relation, column, title, context)
            verdict = verdict.but(shapes=generated.shapes)
            indexed.verdicts[key] = verdict
    return verdict


def whole_row(relation: Relation, title: str) -> Verdict:
    """Return the verdict of a relation's row as a whole; a table's has its NOT NULL."""
    verdict = never(f"{title} as a whole is a row")
    is_table = relation.kind in (RelationKind.TABLE, RelationKind.PARTITIONED)
    return verdict.but(table=relation.oid) if is_table else verdict


def shown_row(relation: Relation, title: str, scope: Scope) -> Verdict:
    """Return the verdict of a relation's row as a whole, in FROM.

    What a view's query proves holds in the rows that it shows, unless they are locked: then they are
    read again, one by one.
    """
    verdict = whole_row(relation, title)
    is_locked = scope.context.locks or scope.query.nodes("rowMarks")
    if relation.kind not in VIEWS or not scope.narrows or is_locked:
        return verdict
    return verdict.but(table=-relation.oid)


def relation_of_row(row: Verdict, scope: Scope) -> Relation | None:
    """Return the relation that a value is a row of, with all columns NOT NULL that are so in such rows."""
    relation = scope.catalog.relations.get(abs(row.table))
    if relation is None or row.table > 0:
        return relation
    view = view_scope(relation, scope)
    columns = view.columns() if view else ()
    return replace(
        relation,
        columns={
            number: replace(column, not_null=not shown.nullable)
            for number, column in relation.columns.items()
            for shown in [output_verdict(columns, number, column.name)]
        },
    )


def written_column(
    relation: Relation, number: int, title: str, scope: Scope
) -> Verdict:
    """Return the verdict of a column of the relation that a statement writes, in RETURNING.

    A row that is written through a view need not be one that the view would show: the view's own
    conditions prove nothing. INSTEAD OF triggers and rules may return anything.
    """
    if has_own_returning(relation):
        return maybe(
            f"a rule or INSTEAD OF trigger decides what is returned for {title}"
        )
    if number == 0:
        return whole_row(relation, title)
    if number < 0:
        return never("every row of a table has its system columns")
    if relation.kind not in VIEWS:
        return table_column(relation, number, title, scope.context)
    view = view_scope(relation, scope, narrows=False)
    return output_verdict(view.columns() if view else (), number, title)


def view_scope(
    relation: Relation,
    scope: Scope,
    required: frozenset[int] = frozenset(),
    *,
    narrows: bool = True,
) -> Scope | None:
    """Return the scope of a view's own query; None if its text is not known or leads in a circle."""
    level = scope.level.index.view(relation.oid)
    context = scope.context.entering(relation.oid)
    if level is None or context is None:
        return None
    if scope.query.nodes("rowMarks"):
        context = replace(context, locks=True)
    return Scope(level, context, required=required, narrows=narrows)


def output_verdict(columns: tuple[Verdict, ...], number: int, title: str) -> Verdict:
    """Return the verdict of the output column of that *number*, from 1."""
    if 0 < number <= len(columns):
        return columns[number - 1]
    return maybe(f"{title} is not known")


def _by_constraints(
    relation: Relation, column: Column, title: str, context: StatementContext
) -> Verdict:
    if column.not_null:
        return never(f"{title} is NOT NULL")
    if relation.kind in (RelationKind.TABLE, RelationKind.PARTITIONED):
        check = one_is_set(relation, frozenset({column.number}), context)
        if check is not None:
            return never(f"the CHECK {check} rules out that {title} is NULL")
        if column.expression:
            return generated_column(relation, column, title, context)
    domain = _not_null_domain(column.type)
    if domain:
        # PostgreSQL lets a NULL in, and says so under CREATE DOMAIN: that of an empty scalar subquery
        # of the domain's type, which is taken for a value that has been checked.
        return maybe(
            f"{title} may be NULL: the domain {domain} is NOT NULL, but the column is not; "
            "add NOT NULL to the column"
        )
    return maybe(f"{title} may be NULL")


def _not_null_domain(type_: PgType) -> str:
    """Return the name of the domain with NOT NULL that a type is or is over, empty if none."""
    while isinstance(type_, DomainType):
        if type_.not_null:
            return type_.display
        type_ = type_.base
    return ""
