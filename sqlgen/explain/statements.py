"""TypedQuery -> the statements of it whose plans may differ. Pure.

A query with conditions that calls may leave out has many statements. Those without any of them, with each
alone and with all show what each condition needs.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from ..model.catalog import DomainType, PgType
from ..model.frozen import frozen
from ..model.query import Part, PartKind, Query
from ..model.typed import TypedQuery

_MOST_ORDERS: Final = 50
"""Keys that one query may sort by and that are planned; each has a statement of its own."""


@frozen
class PlannedVariant:
    """A statement to plan. `label` says which of its query's it is; empty if that has but one.

    `types` are the parameters', as names in SQL. `is_order`: it differs from another only in the order.
    """

    label: str
    text: str
    types: tuple[str, ...]
    is_order: bool = False


def planned_variants(typed: TypedQuery) -> tuple[PlannedVariant, ...]:
    """Return the statements of a query to plan: the whole one first."""
    types = {parameter.number: parameter.type for parameter in typed.parameters}
    names = tuple([_type_name(types[number]) for number in sorted(types)])
    texts = dict[str, PlannedVariant]()
    for label, text in _texts(typed.query):
        texts.setdefault(text, PlannedVariant(label, text, names))
    for label, text in _orders(typed.query):
        texts.setdefault(text, PlannedVariant(label, text, names, is_order=True))
    return tuple(texts.values())


def _texts(query: Query) -> Iterator[tuple[str, str]]:
    """Yield the statements with other conditions, each with its label."""
    text = query.sql.text
    conditions = [part for part in query.parts if part.kind is PartKind.CONDITION]
    yield ("with all conditions" if conditions else ""), text
    if conditions and _may_run(query, ()):
        yield "without conditions", _only(text, conditions, ())
    if len(conditions) > 1:
        for part in conditions:
            if _may_run(query, (part,)):
                label = f"with only {_names(query, part)}"
                yield label, _only(text, conditions, (part,))


def _orders(query: Query) -> Iterator[tuple[str, str]]:
    """Yield the whole statement by each key of its order but the first, with a label."""
    if query.order:
        for value, item in query.order.choices[1:_MOST_ORDERS]:
            yield f"by {value}", query.order.in_place(query.sql.text, item)


def _may_run(query: Query, parts: Sequence[Part]) -> bool:
    """Return whether a call may give these conditions alone."""
    given = {number for part in parts for number in part.parameters}
    given |= {
        number
        for part in query.parts
        if part.kind is not PartKind.CONDITION
        for number in part.parameters
    }
    return all(not given.isdisjoint(group) for group in query.require_one_of)


def _only(text: str, conditions: Sequence[Part], parts: Sequence[Part]) -> str:
    """Return the text with no other of the conditions than *parts*."""
    pieces: list[str] = []
    position = 0
    for condition in conditions:
        if condition not in parts:
            pieces += (text[position : condition.start], "(true)")
            position = condition.end
    return "".join([*pieces, text[position:]])


def _names(query: Query, part: Part) -> str:
    names = {parameter.number: parameter.name for parameter in query.parameters}
    return ", ".join([names.get(n) or f"${n}" for n in part.parameters])


def _type_name(type_: PgType) -> str:
    """Return the type's name in SQL, whatever the search path is.

    Of a domain it is that of the type below, which takes the NULL that a plan is asked for with.
    """
    while isinstance(type_, DomainType):
        type_ = type_.base
    return ".".join(
        ['"' + name.replace('"', '""') + '"' for name in (type_.schema, type_.name)]
    )
