"""Queries that vary, session -> the trees of the statements without parts, and by other keys of the order.

A statement without a part has parameters that nothing uses. PostgreSQL accepts them if their types are
given, and these are the types that it has inferred for the whole statement.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from ..model.catalog import PgType
from ..model.description import PageTree, VariantTrees
from ..model.diagnostic import Diagnostic, Label
from ..model.order import OrderKey
from ..model.page import PageItem
from ..model.query import Part, PartKind, Query
from ..model.source import Span
from .responses import DescribeStatements, ParsedStatement, Response, StatementError
from .tree_text import unwrap

_BOOL: Final = 16
"""The oid of `boolean` (pg_type.dat)."""


def describe_variants(
    describe: DescribeStatements,
    queries: Sequence[Query],
    responses: Sequence[Response],
    result_type: Callable[[int], PgType],
) -> dict[int, VariantTrees | Diagnostic]:
    """Return the trees of the queries' variants, or the error about one, by the query's position.

    *responses* are those to the whole statements. *result_type* gives the type of a result column by its oid.
    """
    statements: list[_Statement] = []
    trees: dict[int, dict[_Role, str]] = {}
    for place, (query, response) in enumerate(zip(queries, responses, strict=True)):
        varies = query.parts or query.order or query.page
        if varies and isinstance(response, ParsedStatement):
            trees[place] = {}
            statements += _statements(place, query, response.parameters)
            statements += _pages(place, query, response)
    outcomes: dict[int, VariantTrees | Diagnostic] = {}
    pages: dict[int, list[PageTree]] = {}
    texts = [statement.text for statement in statements]
    types = [statement.types for statement in statements]
    answers = describe(texts, types) if texts else ()
    for statement, answer in zip(statements, answers, strict=True):
        place, role = statement.query, statement.role
        if isinstance(answer, ParsedStatement):
            trees[place][role] = unwrap(answer.tree)
            if isinstance(role, tuple):
                columns = tuple([result_type(c.type) for c in answer.columns])
                pages.setdefault(place, []).append(
                    PageTree(trees[place][role], columns)
                )
        elif place not in outcomes:
            outcomes[place] = _refused(queries[place], role, answer)
    for place, by_role in trees.items():
        without = [by_role.get(n, "") for n in range(len(queries[place].parts))]
        outcomes.setdefault(
            place,
            VariantTrees(
                tuple(without),
                by_role.get(_UNKNOWN, ""),
                by_role.get(_UNCHANGED, ""),
                tuple(
                    [
                        tree
                        for role, tree in by_role.items()
                        if isinstance(role, OrderKey)
                    ]
                ),
                tuple(pages.get(place, ())),
            ),
        )
    return outcomes


_Role: TypeAlias = int | str | OrderKey | tuple[PageItem, ...]
"""The purpose of describing a statement: the part that it lacks by its number, its key, or one of these two names.

With the items of an order, it selects the keys of pages.
"""

_UNKNOWN: Final = "unknown"
_UNCHANGED: Final = "unchanged"


class _Statement(NamedTuple):
    """A statement to describe for the *query* at that position."""

    query: int
    role: _Role
    text: str
    types: tuple[int, ...]


def _statements(
    place: int, query: Query, types: tuple[int, ...]
) -> Iterator[_Statement]:
    """Yield the statements that show what a query is without its parts, and by other keys."""
    text = query.sql.text
    for number, part in enumerate(query.parts):
        if part.kind is not PartKind.ARGUMENT and not query.is_alone(part):
            yield _Statement(place, number, _without(query, part), types)
    conditions = [part for part in query.parts if part.kind is PartKind.CONDITION]
    if conditions:
        unknown = f"(${len(types) + 1} IS DISTINCT FROM false)"
        ranges = [(part.start, part.end) for part in conditions]
        yield _Statement(
            place, _UNKNOWN, _replaced(text, ranges, unknown), (*types, _BOOL)
        )
    if query.unchanged and query.unchanged.returning:
        yield _Statement(place, _UNCHANGED, query.unchanged.statement(text), types)
    if query.order:
        for key in query.order.keys[1:]:
            yield _Statement(
                place, key, query.order.in_place(text, key.choices[0][1]), types
            )


def _pages(place: int, query: Query, response: ParsedStatement) -> Iterator[_Statement]:
    """Yield the statements that select the keys of pages, from which ORDER BY is cut off."""
    if query.page is None:
        return
    types = response.parameters
    conditions = [part for part in query.parts if part.kind is PartKind.CONDITION]
    text = query.sql.text[: query.page.order_start]
    end = query.page.list_end or 0
    if conditions:
        unknown = f"(${len(types) + 1} IS DISTINCT FROM false)"
        ranges = [(part.start, part.end) for part in conditions]
        text = _replaced(text, ranges, unknown)
        end += sum(
            [len(unknown) - (last - first) for first, last in ranges if last <= end]
        )
        types = (*types, _BOOL)
    names = [column.name for column in response.columns]
    for items in query.page_orders:
        keys = [
            f"({item.expression})" for item in items if item.column_of(names) is None
        ]
        more = "".join([f", {key}" for key in keys])
        yield _Statement(
            place,
            items,
            f"SELECT * FROM (\n{text[:end]}{more}{text[end:]}\n) AS page",
            types,
        )


def _without(query: Query, part: Part) -> str:
    """Return the statement without one part."""
    text = query.sql.text
    match part.kind:
        case PartKind.CONDITION:
            return _replaced(text, [(part.start, part.end)], "(true)")
        case PartKind.DEFAULT:
            return _replaced(text, [(part.start, part.end)], "DEFAULT")
        case PartKind.ASSIGNMENT | PartKind.ARGUMENT:
            start, end = part.cut_start, part.cut_end
            earlier = [p for p in query.parts if p.set_list == part.set_list != 0]
            if earlier and earlier[-1] == part:  # the comma is that before it
                start = earlier[-2].end
            return _replaced(text, [(start, end)], "")


def _replaced(text: str, ranges: Sequence[tuple[int, int]], new: str) -> str:
    """Return the text with *new* in the place of each of the ranges."""
    pieces: list[str] = []
    position = 0
    for start, end in ranges:
        pieces += (text[position:start], new)
        position = end
    return "".join([*pieces, text[position:]])


def _refused(query: Query, role: _Role, error: StatementError) -> Diagnostic:
    """Return the error that PostgreSQL has for the statement without a part or all, or by another key."""
    if isinstance(role, tuple):
        return Diagnostic(
            code="not-a-page",
            message=f"the keys of pages cannot be selected: PostgreSQL reports: {error.message}",
            label=Label(role[0].span),
            hint="sort by output columns",
        )
    if isinstance(role, OrderKey):
        return Diagnostic(
            code="not-sortable",
            message=f"the rows cannot be sorted by this key: PostgreSQL reports: {error.message}",
            label=Label(role.span),
            hint="write the name of an output column, or `label = expression`",
        )
    part = query.parts[role] if isinstance(role, int) else query.parts[0]
    if role == _UNCHANGED:
        part = next(part for part in query.parts if part.set_list)
    start = query.sql.to_source(part.start)
    label = Label(Span(query.sql.source, start, start + len(query.part_text(part))))
    if role == _UNCHANGED:
        return Diagnostic(
            code="nothing-to-set",
            message="with nothing to set, no SELECT gives the same rows: PostgreSQL reports:"
            f" {error.message}",
            label=label,
            hint="add `-- sqlgen: require one of …`, or an assignment that is always there",
        )
    if part.kind is PartKind.DEFAULT:
        return Diagnostic(
            code="no-default",
            message=f"DEFAULT cannot stand here: PostgreSQL reports: {error.message}",
            label=label,
            hint="take its parameters out of `-- sqlgen: default`",
        )
    this = "condition" if part.kind is PartKind.CONDITION else "assignment"
    return Diagnostic(
        code="not-optional",
        message=f"this {this} cannot be left out: without it, PostgreSQL reports: {error.message}",
        label=label,
        hint="take its parameters out of `-- sqlgen: optional`",
    )
