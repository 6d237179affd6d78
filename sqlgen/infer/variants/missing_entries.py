"""Two trees -> the assignments that one of them lacks, if that is all in which they differ."""

import re
from typing import Final, NamedTuple

from ..tree.nodes import Node
from .comparison import Difference, Step, differences, fields, own_meaning

_LISTS: Final = {"QUERY": "targetList", "ONCONFLICTEXPR": "onConflictSet"}
"""The fields with the assignments of UPDATE, and of ON CONFLICT."""


class MissingEntries(NamedTuple):
    """Assignments `entries`, next to each other, of the list that is a field of the last step's node.

    Their places among its children are from the last step's on.
    """

    path: tuple[Step, ...]
    entries: tuple[Node, ...]


def missing_entries(found: Difference) -> MissingEntries | None:
    """Return the assignments that are missing at the only difference of two trees.

    None if they differ in anything else.
    """
    before, after = found.before, found.after
    field = _LISTS.get(before.tag, "")
    entries, kept = before.nodes(field), after.nodes(field)
    count = len(entries) - len(kept)
    if after.tag != before.tag or count <= 0 or not kept:
        return None
    if _without_list(before, field) != _without_list(after, field):
        return None
    names = fields(before)
    others_before = _others(before, names, field)
    others_after = _others(after, fields(after), field)
    if len(others_before) != len(others_after) or any(
        differences(one, other)
        for one, other in zip(others_before, others_after, strict=True)
    ):
        return None
    first = 0
    while first < len(kept) and not differences(entries[first], kept[first]):
        first += 1
    rest = zip(entries[first + count :], kept[first:], strict=True)
    if any(differences(one, other) for one, other in rest):
        return None
    step = Step(before, field, names.index(field) + first)
    return MissingEntries((*found.path, step), entries[first : first + count])


def _without_list(node: Node, field: str) -> str:
    """Return what a node says without its children and that list."""
    return re.sub(rf" :{field} \([{{ ]*\)", "", own_meaning(node))


def _others(node: Node, names: list[str], field: str) -> list[Node]:
    return [
        child for name, child in zip(names, node.children, strict=True) if name != field
    ]
