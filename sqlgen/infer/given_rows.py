"""A column or expression -> the whole rows and `ROW(…)` that it may give."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from .nullability.rules.select import over_groups
from .nullability.scope import Scope
from .tree.enums import CmdType, RTEKind, SubLinkType
from .tree.nodes import Node
from .tree.query_level import Source

GivenRow: TypeAlias = tuple[Node, Scope]
"""A whole row or `ROW(…)`, with the scope that it stands in."""


def rows_of_column(scope: Scope, number: int) -> Sequence[GivenRow]:
    """Return the rows that column *number* of a query may have; none if some are not known.

    A value that is NULL is no row.
    """
    if scope.query.node("setOperations"):
        arms = [rows_of_column(scope.child(arm), number) for arm in scope.level.arms]
        return _all_of(arms)
    expressions = scope.level.output_expressions
    value = expressions[number - 1] if number <= len(expressions) else None
    return given_rows(value, _output_scope(scope)) if value else ()


def given_rows(node: Node, scope: Scope) -> Sequence[GivenRow]:
    """Return the rows that an expression may give or collect; none if some are not known."""
    match node.tag:
        case "VAR" if node.number("varattno"):
            home, source = scope.resolve(node)
            inner = source_scope(source, home) if source else None
            return rows_of_column(inner, source.attno) if source and inner else ()
        case "VAR" | "ROWEXPR":
            return ((node, scope),)
        case "SUBLINK" if query := node.node("subselect"):
            kind = node.number("subLinkType")
            if kind not in (SubLinkType.EXPR, SubLinkType.ARRAY):
                return ()
            return rows_of_column(scope.subquery(query), 1)
        case "AGGREF":
            arguments = node.nodes("args")
            value = arguments[0].node("expr") if arguments else None
            return given_rows(value, scope.within_groups()) if value else ()
        case "COALESCEEXPR":
            parts = node.nodes("args")
        case "ARRAYEXPR":
            parts = node.nodes("elements")
        case "CASEEXPR":
            results = [when.node("result") for when in node.nodes("args")]
            results.append(node.node("defresult"))
            parts = tuple([result for result in results if result])
        case _:
            return ()
    rows = [part for part in parts if part.tag != "CONST"]  # NULL, or an empty array
    return _all_of([given_rows(part, scope) for part in rows])


def source_scope(source: Source, home: Scope) -> Scope | None:
    """Return the scope of the subquery or CTE that a column of FROM is of.

    None for others, and for recursive CTEs.
    """
    if source.query is None:
        return None
    if source.kind == RTEKind.SUBQUERY:
        return home.child(source.query)
    if source.kind != RTEKind.CTE or source.cte is None:
        return None
    if source.cte.flag("cterecursive"):
        return None
    return home.up(source.entry.number("ctelevelsup")).child(source.query)


def _output_scope(scope: Scope) -> Scope:
    """Return the scope of the expressions that a query gives."""
    if scope.query.number("commandType") == CmdType.SELECT:
        return over_groups(scope)
    return scope.for_returning()


def _all_of(parts: Iterable[Sequence[GivenRow]]) -> Sequence[GivenRow]:
    rows: list[GivenRow] = []
    for part in parts:
        if not part:
            return ()
        rows += part
    return rows
