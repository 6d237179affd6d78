"""A description with the trees of its variants -> the proof that each of its parts may be left out.

The tree without a part may differ from that of the whole statement in one place only: where a condition
is, the new one has the constant `true`; where a value is, DEFAULT; and an assignment is missing. So types
and columns are the same. Parts are apart from each other and are analysed under the same parameter types;
hence what holds for each of them holds for all combinations.

Arguments need no tree: they are left out only of calls that we have written ourselves, of a function of which
there is one, where an argument has a DEFAULT and may be None.
"""

from typing import NamedTuple

from ...model.description import Description, VariantTrees
from ...model.diagnostic import Diagnostic, Label
from ...model.query import Part, PartKind, Query
from ...model.source import Span
from ..tree import nodes
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel, statement_level
from .assignments import all_assignments, optional_assignments
from .comparison import Step, differences
from .conditions import condition_refusal
from .defaults import default_value
from .known import Alternative, with_alternatives
from .refusals import NOT_SHOWN, Refusal, refused
from .requirements import with_each_required
from .unchanged_rows import refusal_of_nothing, refusal_of_select


class Proof(NamedTuple):
    """An error for each part of which it is not proved that it may be left out, and what is proved.

    `known` is the statement from which to prove what holds with and without the parts: each condition is one
    of which nothing is known, each value may be the DEFAULT, and each assigned column may be as it was.
    Else it is the statement itself. Of each tuple in `required`, one is like any call: for each condition of
    which a call gives at least one, `known` with that condition.
    """

    errors: tuple[Diagnostic, ...]
    known: QueryLevel | None
    required: tuple[tuple[QueryLevel, ...], ...] = ()


def proof(description: Description, statement: QueryLevel | None) -> Proof:
    """Return the proof of a statement and its variants; *statement* is None for a utility statement."""
    variants = description.variants
    if variants is None:
        return Proof((), statement)
    query = description.query
    if statement is None:
        shown = [part for part in query.parts if part.kind is not PartKind.ARGUMENT]
        errors = [refused(query, part, NOT_SHOWN) for part in shown]
        return Proof(tuple(errors), None)
    errors, others = [], []
    of_sets: list[Alternative] = []
    places: dict[Part, tuple[Step, ...]] = {}
    for part, text in zip(query.parts, variants.without, strict=True):
        without = nodes.query(text)
        outcome = _outcome(part, without, statement)
        if isinstance(outcome, Refusal):
            errors.append(refused(query, part, outcome))
            continue
        others += outcome
        if without is not None and part.kind is PartKind.CONDITION:
            [difference] = differences(statement.query, without)
            places[part] = difference.path
        if part.set_list:
            of_sets += outcome
    if query.unchanged and not errors:
        reason = _reason_of_unchanged(query, variants, statement, of_sets)
        if reason:
            errors.append(_nothing_to_set(query, reason))
    unknown = nodes.query(variants.unknown) or statement.query
    if unknown is statement.query and not others:
        return Proof(tuple(errors), statement)

    def level(tree: Node) -> QueryLevel:
        return statement_level(statement.catalog, with_alternatives(tree, others))

    required = with_each_required(query, places, statement.query, unknown)
    return Proof(
        tuple(errors),
        level(unknown),
        tuple([tuple(map(level, trees)) for trees in required]),
    )


def _outcome(
    part: Part, without: Node | None, statement: QueryLevel
) -> list[Alternative] | Refusal:
    """Return what may stand in the places of a part, or why it has to stay.

    *without* is the tree without the part, None for the only assignment of a SET.
    """
    if without is None and part.kind is PartKind.ARGUMENT:
        return []
    if without is None:
        is_alone = part.kind is PartKind.ASSIGNMENT and part.set_list
        return all_assignments(statement.query) if is_alone else NOT_SHOWN
    found = differences(statement.query, without)
    match part.kind:
        case PartKind.CONDITION:
            return condition_refusal(found) or []
        case PartKind.ASSIGNMENT:
            return optional_assignments(found)
        case PartKind.DEFAULT:
            value = default_value(found, statement)
            return value if isinstance(value, Refusal) else [value]
        case PartKind.ARGUMENT:
            return []


def _reason_of_unchanged(
    query: Query,
    variants: VariantTrees,
    statement: QueryLevel,
    of_sets: list[Alternative],
) -> str:
    """Return why an UPDATE cannot be without anything to set, empty if it can."""
    reason = refusal_of_nothing(statement)
    if reason:
        return reason
    paths = {each.path for each in all_assignments(statement.query)}
    if not paths <= {each.path for each in of_sets}:
        return "there are other assignments"
    if query.unchanged and query.unchanged.returning:
        return refusal_of_select(statement, nodes.query(variants.unchanged))
    return ""


def _nothing_to_set(query: Query, reason: str) -> Diagnostic:
    parts = [part for part in query.parts if part.set_list]
    numbers = {number for part in parts for number in part.parameters}
    names = [p.name for p in query.parameters if p.number in numbers]
    start = query.sql.to_source(parts[0].start)
    length = len(query.part_text(parts[0]))
    other = f"`-- sqlgen: require one of {', '.join(names)}`, or "
    return Diagnostic(
        code="nothing-to-set",
        message=f"a call may leave nothing to set: {reason}",
        label=Label(Span(query.sql.source, start, start + length)),
        hint=f"add {other if len(parts) > 1 else ''}an assignment that is always there",
    )
