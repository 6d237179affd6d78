"""A description with the trees of its variants -> an error for each part that cannot be left out.

The tree without a part may differ from that of the whole statement in one place only. There the new tree
has the constant `true`, and the place is a condition, or in an AND that is one. So types and columns
are the same. Parts are apart from each other and are analysed under the same parameter types; hence
what holds for each of them holds for all combinations.
"""

from ...model.description import Description
from ...model.diagnostic import Diagnostic, Label
from ...model.query import Part
from ...model.source import Span
from ..tree import nodes
from ..tree.enums import CmdType, JoinType
from ..tree.nodes import Node
from .comparison import Difference, Step, differences


def unproved_parts(
    description: Description, tree: Node | None
) -> tuple[Diagnostic, ...]:
    """Return an error for each part of a query of which it is not proved that it may be left out.

    *tree* is that of the whole statement, None for a utility statement.
    """
    variants = description.variants
    if variants is None:
        return ()
    errors: list[Diagnostic] = []
    for part, text in zip(description.query.parts, variants.without, strict=True):
        without = nodes.query(text)
        if tree and without:
            reason = _reason(differences(tree, without))
        else:
            reason = "PostgreSQL does not show how it analyses the statement"
        if reason:
            errors.append(_unproved(description, part, reason))
    return tuple(errors)


def _reason(found: tuple[Difference, ...]) -> str:
    """Return why a part cannot be left out; empty if it is proved that it can."""
    if len(found) != 1:
        return "the rest of the statement would not stay the same"
    (difference,) = found
    if not _is_true(difference.after):
        return "the rest of the statement would not stay the same"
    steps = list(difference.path)
    while steps and _is_conjunction(steps[-1]):
        steps.pop()
    return _reason_of_place(steps)


def _is_conjunction(step: Step) -> bool:
    return (
        step.node.tag == "BOOLEXPR"
        and step.field == "args"
        and step.node.string("boolop") == "and"
    )


def _reason_of_place(steps: list[Step]) -> str:
    if not steps:
        return "it is the whole statement"
    node, field = steps[-1]
    match node.tag, field:
        case "QUERY", "havingQual":
            return ""
        case "JOINEXPR", "quals":
            if node.number("jointype") == JoinType.INNER:
                return ""
            return "it stands in the ON of an outer join"
        case "FROMEXPR", "quals":
            query = next(
                step.node for step in reversed(steps) if step.node.tag == "QUERY"
            )
            if query.number("commandType") == CmdType.MERGE:
                return "it stands in the ON of MERGE"
            return ""
        case _:
            return _OTHER_PLACES.get(
                (node.tag, field), "it is only part of an expression"
            )


_OTHER_PLACES = {
    ("AGGREF", "aggfilter"): "it stands in the FILTER of an aggregate",
    ("WINDOWFUNC", "aggfilter"): "it stands in the FILTER of a window function",
    ("BOOLEXPR", "args"): "it stands within OR or NOT",
    ("ONCONFLICTEXPR", "arbiterWhere"): "it chooses the index of ON CONFLICT",
    ("ONCONFLICTEXPR", "onConflictWhere"): "it stands in the WHERE of ON CONFLICT",
    ("MERGEACTION", "qual"): "it stands in the WHEN of MERGE",
    ("QUERY", "mergeJoinCondition"): "it stands in the ON of MERGE",
}


def _is_true(node: Node) -> bool:
    return (
        node.tag == "CONST"
        and node.number("consttype") == _BOOL
        and node.datum("constvalue")[:1] == b"\1"
    )


_BOOL = 16


def _unproved(description: Description, part: Part, reason: str) -> Diagnostic:
    query = description.query
    start = query.sql.to_source(part.start)
    names = [f"`:{p.name}`" for p in query.parameters if p.number in part.parameters]
    return Diagnostic(
        code="not-optional",
        message=f"the condition with {' and '.join(names)} cannot be left out: {reason}",
        label=Label(Span(query.sql.source, start, start + len(query.part_text(part)))),
        hint=_HINTS.get(reason, _HINT),
    )


_HINT = "write it as a condition of its own, joined with AND, in WHERE, HAVING or the ON of an inner join"
_HINTS = {
    "it stands in the ON of an outer join": "write `(:p IS NULL OR …)` there; without the condition the"
    " join would find other rows",
}
