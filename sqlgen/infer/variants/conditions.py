"""The trees with and without a condition -> whether it may be left out."""

from collections.abc import Sequence
from typing import Final

from ...model import postgres
from ..tree.enums import CmdType, JoinType
from ..tree.nodes import Node
from .comparison import Difference, Step
from .refusals import OTHERWISE_CHANGED, Refusal

_OTHER_PLACES: Final = {
    ("AGGREF", "aggfilter"): "it stands in the FILTER of an aggregate",
    ("WINDOWFUNC", "aggfilter"): "it stands in the FILTER of a window function",
    ("BOOLEXPR", "args"): "it stands within OR or NOT",
    ("ONCONFLICTEXPR", "arbiterWhere"): "it chooses the index of ON CONFLICT",
    ("ONCONFLICTEXPR", "onConflictWhere"): "it stands in the WHERE of ON CONFLICT",
    ("MERGEACTION", "qual"): "it stands in the WHEN of MERGE",
    ("QUERY", "mergeJoinCondition"): "it stands in the ON of MERGE",
}

_OUTER_JOIN: Final = Refusal(
    "it stands in the ON of an outer join",
    "write `(:p IS NULL OR …)` there; without the condition the join would find other rows",
)


def condition_refusal(found: Sequence[Difference]) -> Refusal | None:
    """Return why a condition has to stay, None if it is proved that it may be left out.

    *found* are the differences of the trees. There may be one only, where the new tree has the constant
    `true`, in a condition or in an AND that is one.
    """
    if len(found) != 1 or not _is_true(found[0].after):
        return OTHERWISE_CHANGED
    steps = list(found[0].path)
    while steps and _is_conjunction(steps[-1]):
        steps.pop()
    return _refusal_of_place(steps)


def _is_conjunction(step: Step) -> bool:
    return (
        step.node.tag == "BOOLEXPR"
        and step.field == "args"
        and step.node.string("boolop") == "and"
    )


def _refusal_of_place(steps: Sequence[Step]) -> Refusal | None:
    if not steps:
        return Refusal("it is the whole statement")
    node, field, _ = steps[-1]
    match node.tag, field:
        case "QUERY", "havingQual":
            return None
        case "JOINEXPR", "quals":
            is_inner = node.number("jointype") == JoinType.INNER
            return None if is_inner else _OUTER_JOIN
        case "FROMEXPR", "quals":
            query = next(
                step.node for step in reversed(steps) if step.node.tag == "QUERY"
            )
            if query.number("commandType") == CmdType.MERGE:
                return Refusal("it stands in the ON of MERGE")
            return None
        case _:
            reason = _OTHER_PLACES.get((node.tag, field))
            return Refusal(reason or "it is only part of an expression")


def _is_true(node: Node) -> bool:
    return (
        node.tag == "CONST"
        and node.number("consttype") == postgres.BOOL
        and node.datum("constvalue")[:1] == b"\1"
    )
