"""Columns of tables and views -> what they may be: by constraints, or by the view's own query."""

from dataclasses import replace
from functools import lru_cache

from ....model.catalog import Column, DomainType, PgType, Relation, RelationKind
from ....model.description import TableColumn
from ...tree import nodes
from ...tree.catalog_index import schema
from ...tree.nodes import Node
from ..conditions import Assumption, outcome
from ..context import Context, stored
from ..scope import Scope
from ..three_valued import FALSE
from ..verdict import Elements, Verdict, maybe, never
from .generated_columns import generated_column

VIEWS = (RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW)


def table_column(
    relation: Relation, number: int, shown: str, context: Context
) -> Verdict:
    """A column of a table, as its constraints have it; *shown* is its name for people."""
    column = relation.columns.get(number)
    table = schema(context.catalog).table(relation.oid)
    if column is None or table is None:
        return maybe(f"{shown} is not known")
    key = number, shown, context.never_null
    verdict = table.verdicts.get(key)
    if verdict is None:
        verdict = table.verdicts[key] = _stored(relation, column, shown, context).but(
            elements=Elements.STORED, origin=TableColumn(relation.oid, number)
        )
    return verdict


def written_column(
    relation: Relation, number: int, shown: str, scope: Scope
) -> Verdict:
    """A column of what a statement writes to, as RETURNING shows it.

    A row that is written through a view need not be one that the view would show: the view's own
    conditions prove nothing. INSTEAD OF triggers and rules return what they like.
    """
    if relation.has_rules or any(
        time == "instead of" for time, _ in relation.row_triggers
    ):
        return maybe(f"a rule or INSTEAD OF trigger returns {shown} as it likes")
    if number == 0:
        return never(f"{shown} as a whole is a row")
    if number < 0:
        return never("every row of a table has its system columns")
    if relation.kind not in VIEWS:
        return table_column(relation, number, shown, scope.context)
    view = view_scope(relation, scope, narrows=False)
    return place(view.columns() if view else (), number, shown)


def view_scope(
    relation: Relation,
    scope: Scope,
    required: frozenset[int] = frozenset(),
    *,
    narrows: bool = True,
) -> Scope | None:
    """The level of a view's own query; None where its text is not known or runs in circles."""
    tree = stored(relation.tree)
    context = scope.context.entering(relation.oid)
    if tree is None or context is None:
        return None
    if scope.query.nodes("rowMarks"):
        context = replace(context, locks=True)
    return Scope(tree, context, required=required, narrows=narrows)


def one_is_set(
    relation: Relation, numbers: frozenset[int], context: Context
) -> str | None:
    """The name of a CHECK that forbids all of these columns to be NULL in one row, if any."""
    scope = Scope(_NOTHING, context)
    assumption = Assumption(0, columns=frozenset((1, number) for number in numbers))
    for check in relation.checks:
        if not (numbers | {_WHOLE_ROW}) & _may_forbid_nulls(check.tree):
            continue
        tree = stored(check.tree)
        if tree is not None and outcome(tree, scope, assumption) == FALSE:
            return check.name
    return None


_NOTHING = Node()


@lru_cache(maxsize=4096)
def _may_forbid_nulls(tree: str) -> frozenset[int]:
    """The columns of a CHECK that has anything that makes a NULL false: most just pass then."""
    if not any(f"{{{tag} " in tree for tag in _DECISIVE):
        return frozenset()
    columns = [node for top in nodes.parse(tree) for node in top.walk()]
    return frozenset(n.number("varattno") for n in columns if n.tag == "VAR")


_WHOLE_ROW = 0
_DECISIVE = (
    *("NULLTEST", "BOOLEANTEST", "DISTINCTEXPR", "FUNCEXPR"),
    *("COALESCE", "COALESCEEXPR", "CASE", "CASEEXPR"),
)


def _stored(
    relation: Relation, column: Column, shown: str, context: Context
) -> Verdict:
    if column.not_null:
        return never(f"{shown} is NOT NULL")
    if relation.kind in (RelationKind.TABLE, RelationKind.PARTITIONED):
        domain = _not_null_domain(column.type)
        # PostgreSQL itself lets one NULL in, and says so under CREATE DOMAIN: that of an empty
        # scalar subquery of the domain's type, which is taken for a value that has been checked.
        if domain and not relation.has_children:
            return never(f"{shown} is of the domain {domain}, which is NOT NULL")
        check = one_is_set(relation, frozenset({column.number}), context)
        if check is not None:
            return never(f"the CHECK {check} lets {shown} not be NULL")
        if column.expression:
            return generated_column(relation, column, shown, context)
    return maybe(f"{shown} may be NULL")


def _not_null_domain(type_: PgType) -> str:
    while isinstance(type_, DomainType):
        if type_.not_null:
            return type_.display
        type_ = type_.base
    return ""


def place(columns: tuple[Verdict, ...], number: int, shown: str) -> Verdict:
    """The column of that number, from 1."""
    if 0 < number <= len(columns):
        return columns[number - 1]
    return maybe(f"{shown} is not known")
