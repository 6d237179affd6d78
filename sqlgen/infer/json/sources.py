"""Columns -> the expressions that their values come from, in subqueries, CTEs and views."""

from typing import TypeAlias

from ...model.catalog import RelationKind
from ..nullability.rules.select import outputs as shown
from ..nullability.rules.select import over_groups
from ..nullability.rules.tables import view_scope
from ..nullability.scope import Scope
from ..tree.enums import CmdType, RTEKind
from ..tree.nodes import Node

Source: TypeAlias = tuple[Node, Scope]
"""An expression in its scope."""

_VIEWS = (RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW)


def sources(var: Node, scope: Scope) -> tuple[Source, ...]:
    """The expressions that the column *var* of *scope* is, one of them in each row.

    Empty where they are not known: of tables and functions, and of recursive CTEs.
    """
    home = scope.up(var.number("varlevelsup"))
    varno, attno = var.number("varno"), var.number("varattno")
    entry = home.entry(varno)
    if entry is None or attno <= 0:
        return ()
    match entry.number("rtekind"):
        case kind if kind in (RTEKind.JOIN, RTEKind.GROUP):
            is_join = kind == RTEKind.JOIN
            named = entry.places("joinaliasvars" if is_join else "groupexprs")
            found = named[attno - 1] if attno <= len(named) else None
            level = home if is_join else home.within_groups()
            return ((found, level),) if found is not None else ()
        case kind if kind == RTEKind.VALUES:
            rows = entry.lists("values_lists")
            return tuple([(row[attno - 1], home) for row in rows])
        case _:
            inner = inside(var, scope)
            return outputs(inner, attno) if inner else ()


def inside(var: Node, scope: Scope) -> Scope | None:
    """The query whose rows the relation of *var* has: a subquery's, a CTE's, a view's."""
    home = scope.up(var.number("varlevelsup"))
    varno = var.number("varno")
    entry = home.entry(varno)
    if entry is None:
        return None
    match entry.number("rtekind"):
        case kind if kind == RTEKind.SUBQUERY:
            query = entry.node("subquery")
            return home.child(query) if query else None
        case kind if kind == RTEKind.CTE:
            return _cte(entry, home)
        case kind if kind == RTEKind.RELATION:
            relation = home.relation(entry)
            written = varno == home.query.number("resultRelation")
            # What RETURNING shows of a view is up to rules and triggers.
            if relation is None or relation.kind not in _VIEWS or written:
                return None
            return home.within(
                relation.oid, frozenset(), lambda: view_scope(relation, home)
            )
        case _:
            return None


def outputs(scope: Scope, number: int) -> tuple[Source, ...]:
    """The expressions of output column *number* (from 1), one for each arm of a set operation."""
    operation = scope.query.node("setOperations")
    if operation is not None:
        arms = [n for n in operation.walk() if n.tag == "RANGETBLREF"]
        found: list[Source] = []
        for arm in arms:
            entry = scope.entry(arm.number("rtindex"))
            query = entry.node("subquery") if entry else None
            of_arm = outputs(scope.child(query), number) if query else ()
            if not of_arm:
                return ()
            found += of_arm
        return tuple(found)
    is_select = scope.query.number("commandType") == CmdType.SELECT
    level = over_groups(scope) if is_select else scope.for_returning()
    entries = shown(scope.query)
    expression = (
        entries[number - 1].node("expr") if 0 < number <= len(entries) else None
    )
    return ((expression, level),) if expression is not None else ()


def _cte(entry: Node, home: Scope) -> Scope | None:
    around = home.up(entry.number("ctelevelsup"))
    for cte in around.query.nodes("cteList"):
        if cte.string("ctename") == entry.string("ctename"):
            query = cte.node("ctequery")
            recursive = cte.flag("cterecursive") or entry.flag("self_reference")
            return around.child(query) if query and not recursive else None
    return None
