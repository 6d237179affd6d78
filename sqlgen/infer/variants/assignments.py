"""The trees with and without an assignment -> whether it may be left out, and what the column is then."""

from collections.abc import Iterator, Sequence

from ..tree.alternatives import column
from ..tree.enums import CmdType
from ..tree.nodes import Node
from .comparison import Difference, Step, fields
from .known import Alternative
from .missing_entries import missing_entries
from .refusals import OTHERWISE_CHANGED, Refusal


def optional_assignments(found: Sequence[Difference]) -> list[Alternative] | Refusal:
    """Return what the assigned columns are without a part, or why it has to stay.

    *found* are the differences of the trees. The new one may lack the part's entries in the list of
    assignments, and nothing else.
    """
    missing = missing_entries(found[0]) if len(found) == 1 else None
    if missing is None:
        return OTHERWISE_CHANGED
    *_, last = missing.path
    query = next(s.node for s in reversed(missing.path) if s.node.tag == "QUERY")
    if last.node is query and query.number("commandType") != CmdType.UPDATE:
        return OTHERWISE_CHANGED
    return list(_unassigned(query, missing.path, missing.entries))


def all_assignments(update: Node) -> list[Alternative]:
    """Return what the columns are that an UPDATE assigns, the whole statement, where it assigns none."""
    names = fields(update)
    if "targetList" not in names:
        return []
    step = Step(update, "targetList", names.index("targetList"))
    return list(_unassigned(update, (step,), update.nodes("targetList")))


def _unassigned(
    query: Node, path: tuple[Step, ...], entries: Sequence[Node]
) -> Iterator[Alternative]:
    """Yield, for each of the entries, the column as it is; the last step of *path* leads to the first."""
    *before, last = [step.place for step in path]
    for place, entry in enumerate(entries, last):
        if not entry.flag("resjunk"):
            expression = fields(entry).index("expr")
            yield Alternative(
                (*before, place, expression),
                column(query.number("resultRelation"), entry.number("resno")),
            )
