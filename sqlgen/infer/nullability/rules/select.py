"""SELECT, with grouping and set operations -> the verdicts of its columns."""

from ....model import postgres
from ...tree.enums import CmdType, SetOperation
from ...tree.nodes import Node
from ...tree.query_level import QueryLevel
from ...tree.types import base_type, type_of
from ..registry import command_rule
from ..scope import Scope
from ..verdict import Verdict, any_of


@command_rule(CmdType.SELECT)
def _select(scope: Scope) -> tuple[Verdict, ...]:
    operation = scope.query.node("setOperations")
    if operation is not None:
        return _combined(operation, scope)
    rows = over_groups(scope)
    return tuple([rows.verdict(each) for each in scope.level.output_expressions])


def over_groups(scope: Scope) -> Scope:
    """Return the scope of the SELECT list: after grouping, if there is any."""
    query = scope.query
    sets = query.nodes("groupingSets")
    aggregated = query.flag("hasAggs") or query.node("havingQual") is not None
    if not sets and (query.nodes("groupClause") or not aggregated):
        return scope
    return scope.over_groups(
        may_be_empty=True, nulls=_grouped_expressions(query) if sets else ()
    )


def _grouped_expressions(query: Node) -> tuple[Node, ...]:
    """Return the expressions of GROUP BY, which GROUPING SETS may show as NULL."""
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
    """Return the columns of a set operation or of one of its arms."""
    if operation.tag == "RANGETBLREF":
        arm = _arm(operation, scope)
        return scope.child(arm, scope.required).columns() if arm else ()
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


def _arm(reference: Node, scope: Scope) -> QueryLevel | None:
    entry = scope.entry(reference.number("rtindex"))
    return scope.level.from_query(entry) if entry else None


def _either(pair: tuple[Verdict, ...]) -> Verdict:
    """Return the verdict on a row that both arms give: what one of them proves holds."""
    chosen = next((verdict for verdict in pair if not verdict.nullable), pair[0])
    left, right = (verdict.shapes for verdict in pair)
    return chosen.but(shapes=left & right or left | right)


def _cast(
    columns: tuple[Verdict, ...], arm: Node, types: tuple[int, ...], scope: Scope
) -> tuple[Verdict, ...]:
    """Return an arm's columns as values of the operation's *types*.

    A cast of the user's own may give NULL.
    """
    own = arm.numbers("colTypes")
    if arm.tag == "RANGETBLREF":
        level = _arm(arm, scope)
        output = level.output if level else ()
        own = tuple([type_of(entry.node("expr")) for entry in output])
    reason = "a cast to the type of the other arm may give NULL"
    return tuple(
        [
            (
                verdict.but(nullable=True, reason=reason)
                if _calls_own_cast(before, after, scope)
                else verdict
            )
            for verdict, before, after in zip(columns, own, types, strict=False)
        ]
    )


def _calls_own_cast(before: int, after: int, scope: Scope) -> bool:
    """Return whether a cast between two types, by their oids, may call a function of the user's.

    None is called if one type is a domain over the other, or both are over the same.
    """
    types = scope.catalog.types
    return (
        before != after
        and max(before, after) >= postgres.FIRST_NORMAL_OBJECT_ID
        and base_type(types.get(before)) != base_type(types.get(after))
    )
