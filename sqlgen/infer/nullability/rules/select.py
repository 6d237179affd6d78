"""SELECT, with grouping and set operations -> its columns."""

from ....model import postgres
from ....model.catalog import DomainType, PgType
from ...tree.enums import CmdType, SetOperation
from ...tree.nodes import Node
from ...tree.types import type_of
from ..registry import command
from ..scope import Scope
from ..verdict import Verdict, any_of


@command(CmdType.SELECT)
def _select(scope: Scope) -> tuple[Verdict, ...]:
    """The SELECT list as seen after grouping, or what the set operation makes of its arms."""
    query = scope.query
    operation = query.node("setOperations")
    if operation is not None:
        return _combined(operation, scope)
    level = over_groups(scope)
    return tuple([level.verdict(entry.node("expr")) for entry in outputs(query)])


def over_groups(scope: Scope) -> Scope:
    """The level as the SELECT list sees it: after grouping, if there is any."""
    query = scope.query
    sets = query.nodes("groupingSets")
    aggregated = query.flag("hasAggs") or query.node("havingQual") is not None
    if not sets and (query.nodes("groupClause") or not aggregated):
        return scope
    return scope.over_groups(
        may_be_empty=True, nulls=_grouped_expressions(query) if sets else ()
    )


def outputs(query: Node) -> list[Node]:
    """What a query gives, without what only ORDER BY and GROUP BY need."""
    name = (
        "targetList"
        if query.number("commandType") == CmdType.SELECT
        else "returningList"
    )
    return [entry for entry in query.nodes(name) if not entry.flag("resjunk")]


def _grouped_expressions(query: Node) -> tuple[Node, ...]:
    """What GROUP BY names, which GROUPING SETS may show as NULL."""
    references = {
        clause.number("tleSortGroupRef") for clause in query.nodes("groupClause")
    }
    return tuple(
        [
            expression
            for entry in query.nodes("targetList")
            if entry.number("ressortgroupref") in references
            and (expression := entry.node("expr")) is not None
        ]
    )


def _combined(operation: Node, scope: Scope) -> tuple[Verdict, ...]:
    if operation.tag == "RANGETBLREF":
        entry = scope.entry(operation.number("rtindex"))
        query = entry and entry.node("subquery")
        if not query:
            return ()
        return scope.child(query, scope.required).columns()
    left, right = operation.node("larg"), operation.node("rarg")
    if left is None or right is None:
        return ()
    types = operation.numbers("colTypes")
    lefts = _cast(_combined(left, scope), left, types, scope)
    kind = operation.number("op")
    if kind == SetOperation.EXCEPT:
        return lefts
    rights = _cast(_combined(right, scope), right, types, scope)
    pairs = list(zip(lefts, rights, strict=False))
    if kind == SetOperation.INTERSECT:
        return tuple([_either(pair) for pair in pairs])
    return tuple([any_of(pair) for pair in pairs])


def _either(pair: tuple[Verdict, ...]) -> Verdict:
    """Of a row that both arms give, what one of them proves holds."""
    return next((verdict for verdict in pair if not verdict.nullable), pair[0])


def _cast(
    columns: tuple[Verdict, ...], arm: Node, types: tuple[int, ...], scope: Scope
) -> tuple[Verdict, ...]:
    """An arm's columns as values of the operation's types: a user's cast gives what it likes."""
    own = arm.numbers("colTypes")
    if arm.tag == "RANGETBLREF":
        entry = scope.entry(arm.number("rtindex"))
        query = entry and entry.node("subquery")
        given = [entry.node("expr") for entry in outputs(query)] if query else []
        own = tuple([type_of(expression) for expression in given])
    reason = "a cast to the type of the other arm may give NULL"
    return tuple(
        [
            (
                verdict.but(nullable=True, reason=reason)
                if mine != wanted
                and max(mine, wanted) >= postgres.FIRST_NORMAL_OBJECT_ID
                and not _alike(mine, wanted, scope)
                else verdict
            )
            for verdict, mine, wanted in zip(columns, own, types, strict=False)
        ]
    )


def _alike(mine: int, wanted: int, scope: Scope) -> bool:
    """Whether one is a domain over the other (or over the same): no function is called then."""
    return _base(mine, scope) == _base(wanted, scope)


def _base(oid: int, scope: Scope) -> PgType | None:
    type_ = scope.catalog.types.get(oid)
    while isinstance(type_, DomainType):
        type_ = type_.base
    return type_
