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
from .edits import edited
from .pages import page_keys, page_statements

_MOST_ORDERS: Final = 50
"""Keys that one query may sort by and that are planned; each has a statement of its own."""


@frozen
class PlannedVariant:
    """A statement to plan. `label` says which of its query's it is; empty if that has but one.

    `types` are the parameters', as names in SQL. `is_order`: it differs from another only in the order. `page` is
    the label of the page that it reads, empty if it reads all rows, and `is_next` whether that is not the first.
    """

    label: str
    text: str
    types: tuple[str, ...]
    is_order: bool = False
    page: str = ""
    is_next: bool = False


def planned_variants(typed: TypedQuery) -> tuple[PlannedVariant, ...]:
    """Return the statements of a query to plan: the whole one first, and those of pages last, in pairs."""
    types = {parameter.number: parameter.type for parameter in typed.parameters}
    names = tuple([_type_name(types[number]) for number in sorted(types)])
    texts = dict[str, PlannedVariant]()
    for label, text in _texts(typed.query):
        texts.setdefault(text, PlannedVariant(label, text, names))
    for label, text in _orders(typed.query):
        texts.setdefault(text, PlannedVariant(label, text, names, is_order=True))
    return (*texts.values(), *_pages(typed, names))


def _texts(query: Query) -> Iterator[tuple[str, str]]:
    """Yield the statements with other conditions, each with its label."""
    for label, left_out in _choices(query):
        edits = [(part.start, part.end, "(true)") for part in left_out]
        yield label, edited(query.sql.text, edits)


def _choices(query: Query) -> Iterator[tuple[str, list[Part]]]:
    """Yield the conditions that are left out, with a label: none, all, and all but each."""
    conditions = [part for part in query.parts if part.kind is PartKind.CONDITION]
    yield ("with all conditions" if conditions else ""), []
    if conditions and _may_run(query, ()):
        yield "without conditions", conditions
    if len(conditions) > 1:
        for part in conditions:
            if _may_run(query, (part,)):
                label = f"with only {_names(query, part)}"
                yield label, [other for other in conditions if other is not part]


def _orders(query: Query) -> Iterator[tuple[str, str]]:
    """Yield the whole statement by each key of its order but the first, with a label."""
    if query.order:
        for value, item in query.order.choices[1:_MOST_ORDERS]:
            yield f"by {value}", query.order.in_place(query.sql.text, item)


def _pages(typed: TypedQuery, names: tuple[str, ...]) -> Iterator[PlannedVariant]:
    """Yield the first and a next page by each order; by the first one with each condition alone, too."""
    for number, keys in enumerate(page_keys(typed)[:_MOST_ORDERS]):
        choices = [*_choices(typed.query)]
        for label, left_out in choices if number == 0 else choices[:2]:
            order = f"by {keys.choice}" if keys.choice else ""
            page = ", ".join([part for part in (order, label) if part])
            types = (*names, *[_type_name(key.type) for key in keys.types])
            statements = page_statements(typed, keys, left_out)
            for ordinal, text in zip(("first", "next"), statements, strict=True):
                is_next = ordinal == "next"
                yield PlannedVariant(
                    f"{ordinal} page{page and ' '}{page}",
                    text,
                    types if is_next else names,
                    is_order=True,
                    page=page or "pages",
                    is_next=is_next,
                )


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
