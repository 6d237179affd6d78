"""Queries with parts that may be left out, session -> the trees of the statements without them.

A statement without a part has parameters that nothing uses. PostgreSQL accepts them if their types are
given, and these are the types that it has inferred for the whole statement.
"""

from collections.abc import Sequence
from typing import Final

from ..model.description import VariantTrees
from ..model.diagnostic import Diagnostic, Label
from ..model.query import Part, Query
from ..model.source import Span
from .responses import DescribeStatements, ParsedStatement, Response, StatementError
from .tree_text import unwrap

_BOOL: Final = 16
"""The oid of `boolean` (pg_type.dat)."""


def describe_variants(
    describe: DescribeStatements,
    queries: Sequence[Query],
    responses: Sequence[Response],
) -> dict[int, VariantTrees | Diagnostic]:
    """Return the trees of the queries' variants, or the error about one, by the query's position.

    *responses* are those to the whole statements.
    """
    places: list[tuple[int, Part | None]] = []
    texts: list[str] = []
    types: list[tuple[int, ...]] = []
    for place, (query, response) in enumerate(zip(queries, responses, strict=True)):
        if not query.parts or not isinstance(response, ParsedStatement):
            continue
        for part in query.parts:
            places.append((place, part))
            texts.append(_replaced(query.sql.text, [part], "(true)"))
            types.append(response.parameters)
        number = len(response.parameters) + 1
        unknown = f"(${number} IS DISTINCT FROM false)"
        places.append((place, None))
        texts.append(_replaced(query.sql.text, query.parts, unknown))
        types.append((*response.parameters, _BOOL))
    if not texts:
        return {}
    trees: dict[int, list[str]] = {}
    outcomes: dict[int, VariantTrees | Diagnostic] = {}
    answers = describe(texts, types)
    for (place, refused_part), answer in zip(places, answers, strict=True):
        if isinstance(answer, ParsedStatement):
            trees.setdefault(place, []).append(unwrap(answer.tree))
        elif place not in outcomes:
            outcomes[place] = _refused(queries[place], refused_part, answer)
    for place, (*without, last) in trees.items():
        outcomes.setdefault(place, VariantTrees(tuple(without), last))
    return outcomes


def _replaced(text: str, parts: Sequence[Part], condition: str) -> str:
    """Return the statement with another *condition* in the place of each part."""
    pieces: list[str] = []
    position = 0
    for part in parts:
        pieces += (text[position : part.start], condition)
        position = part.end
    return "".join([*pieces, text[position:]])


def _refused(query: Query, part: Part | None, error: StatementError) -> Diagnostic:
    """Return the error that PostgreSQL has for the statement without a part, or without all."""
    part = part or query.parts[0]
    start = query.sql.to_source(part.start)
    text = query.part_text(part)
    return Diagnostic(
        code="not-optional",
        message=f"this condition cannot be left out: without it, PostgreSQL reports: {error.message}",
        label=Label(Span(query.sql.source, start, start + len(text))),
        hint="take its parameters out of `-- sqlgen: optional`",
    )
