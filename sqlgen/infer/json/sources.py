"""Columns, CASEs and subqueries -> the expressions that their values come from, with their scopes."""

from typing import TypeAlias

from ..nullability.conditions import Condition
from ..nullability.rules.select import over_groups
from ..nullability.rules.tables import VIEWS, view_scope
from ..nullability.scope import Scope
from ..nullability.three_valued import FALSE, NULL, TRUE
from ..tree.enums import CmdType, RTEKind
from ..tree.nodes import Node
from ..tree.query_level import Source

ScopedExpression: TypeAlias = tuple[Node, Scope]
"""An expression with its scope."""


def source_expressions(var: Node, scope: Scope) -> tuple[ScopedExpression, ...]:
    """Return the expressions of which the column *var* of *scope* is one in each row.

    Empty if they are not known: for tables, functions and recursive CTEs.
    """
    home, source = scope.resolve(var)
    if source is None or source.attno <= 0:
        return ()
    if source.kind == RTEKind.GROUP:
        home = home.within_groups()
    if source.expressions:
        return tuple([(expression, home) for expression in source.expressions])
    query = _query_scope(source, home)
    return output_expressions(query, source.attno) if query else ()


def output_expressions(scope: Scope, number: int) -> tuple[ScopedExpression, ...]:
    """Return the expressions of output column *number* (from 1): one for each arm of a UNION."""
    if scope.query.node("setOperations") is not None:
        expressions: list[ScopedExpression] = []
        for arm in scope.level.arms:
            of_arm = output_expressions(scope.child(arm), number)
            if not of_arm:
                return ()
            expressions += of_arm
        return tuple(expressions)
    is_select = scope.query.number("commandType") == CmdType.SELECT
    rows = over_groups(scope) if is_select else scope.for_returning()
    output = scope.level.output
    expression = output[number - 1].node("expr") if 0 < number <= len(output) else None
    return ((expression, rows),) if expression is not None else ()


def case_expressions(node: Node, scope: Scope) -> tuple[ScopedExpression, ...]:
    """Return the values of CASE, each where its WHEN is true and those before are not."""
    passed: list[Condition] = []
    arms: list[ScopedExpression] = []
    for when in node.nodes("args"):
        condition, value = when.node("expr"), when.node("result")
        here = passed
        if condition is not None:
            here = [*passed, Condition(condition, "WHEN", TRUE)]
            passed = [*passed, Condition(condition, "ELSE of", FALSE | NULL)]
        if value is not None:
            arms.append((value, scope.assuming(*here)))
    default = node.node("defresult")
    if default is not None:
        arms.append((default, scope.assuming(*passed)))
    return tuple(arms)


def subquery_expressions(node: Node, scope: Scope) -> tuple[ScopedExpression, ...]:
    """Return the expressions of which a subquery in an expression gives one."""
    query = node.node("subselect")
    return output_expressions(scope.subquery(query), 1) if query else ()


def _query_scope(source: Source, home: Scope) -> Scope | None:
    """Return the scope of the query whose output column the *source* is, None if it has none."""
    if source.query is None:
        return None
    if source.kind == RTEKind.SUBQUERY:
        return home.child(source.query)
    if source.kind == RTEKind.CTE:
        is_recursive = source.cte is None or source.cte.flag("cterecursive")
        around = home.up(source.entry.number("ctelevelsup"))
        return None if is_recursive else around.child(source.query)
    relation = source.relation.relation if source.relation else None
    # Rules and triggers decide what RETURNING gives of a view.
    is_written = source.varno == home.query.number("resultRelation")
    if relation is None or relation.kind not in VIEWS or is_written:
        return None
    return home.within(relation.oid, frozenset(), lambda: view_scope(relation, home))
