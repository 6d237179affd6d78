"""The reasons for which a part of a statement cannot be left out, as diagnostics."""

from typing import Final, NamedTuple

from ...model.diagnostic import Diagnostic, Label
from ...model.query import Part, PartKind, Query
from ...model.source import Span

_HINTS: Final = {
    PartKind.CONDITION: "write it as a condition of its own, joined with AND, in WHERE, HAVING or the ON of an"
    " inner join",
    PartKind.ASSIGNMENT: "write it as an assignment of its own in the SET of UPDATE or ON CONFLICT DO UPDATE",
    PartKind.ARGUMENT: "write a query without it",
    PartKind.DEFAULT: "write it as a value of its own in VALUES of an INSERT",
}


class Refusal(NamedTuple):
    """A reason why a part has to stay, and a hint, empty for the one that fits most parts of its kind."""

    reason: str
    hint: str = ""


NOT_SHOWN: Final = Refusal("PostgreSQL does not show how it analyses the statement")
OTHERWISE_CHANGED: Final = Refusal("the rest of the statement would not stay the same")


def refused(query: Query, part: Part, refusal: Refusal) -> Diagnostic:
    """Return the error about a part that has to stay."""
    start = query.sql.to_source(part.start)
    names = [f"`:{p.name}`" for p in query.parameters if p.number in part.parameters]
    listed = " and ".join(names)
    match part.kind:
        case PartKind.DEFAULT:
            code = "no-default"
            message = f"DEFAULT cannot stand in the place of {listed}"
        case kind:
            code = "not-optional"
            message = f"the {kind} with {listed} cannot be left out"
    return Diagnostic(
        code=code,
        message=f"{message}: {refusal.reason}",
        label=Label(Span(query.sql.source, start, start + len(query.part_text(part)))),
        hint=refusal.hint or _HINTS[part.kind],
    )
