"""The tokens of a statement, and what is known of places in it -> HTML of the statement. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup, escape

from ..model.documentation import DocumentedQuery, SqlToken
from ..model.frozen import frozen
from .output_columns import output_columns

KEYWORDS: Final = frozenset("""
    all and any array as asc between by case cast check coalesce collate conflict constraint create cross cube
    current_date current_timestamp current_user cycle default delete desc distinct do else end except excluded
    exists extract false fetch filter first following for from full group grouping having ilike in inner insert
    intersect interval into is isnull join json_table key last lateral left like limit locked materialized merge
    matched natural no not nothing notnull null nullif nulls of offset on only or order ordinality over
    overriding partition position preceding recursive replace returning right rollup row rows select set sets
    share similar skip some substring symmetric system table tablesample then ties to true unbounded union unique
    update using values view when where window with within
    begin continue declare elsif exception exit foreach found if language loop perform procedure raise return returns
    trigger while
    """.split())  # noqa: SIM905 (a list of a hundred lines is no easier to read)
"""The words that are set as keywords, in PL/pgSQL too; a picture of the grammar, which needs none of it."""

_CLASSES: Final = {
    "line_comment": "comment",
    "block_comment": "comment",
    "string": "string",
    "dollar": "string",
    "number": "number",
}


@frozen
class Place:
    """A link at `[start:end]` of the statement: to *href*, described by the element of the id *described_by*."""

    start: int
    end: int
    href: str
    kind: str
    described_by: str = ""


def highlighted_query(
    query: DocumentedQuery,
    tables: Iterable[tuple[int, int, str]],
    routines: Iterable[tuple[int, int, str]],
) -> Markup:
    """Return a query's statement as HTML, in which parameters, output columns, tables and routines are links.

    *tables* and *routines* are the places at which it names them, and the addresses of these.
    """
    places = [
        Place(
            span.start - query.start,
            span.end - query.start,
            f"#parameter-{parameter.number}",
            "parameter",
            f"parameter-{parameter.number}",
        )
        for parameter in query.typed.query.parameters
        for span in parameter.spans
    ]
    if order := query.typed.query.order:
        start, end = order.span.start - query.start, order.span.end - query.start
        places.append(Place(start, end, "#variants", "parameter"))
    if query.columns:
        places += [
            Place(start, end, f"#column-{number}", "column", f"column-{number}")
            for number, start, end in output_columns(query)
        ]
    places += [Place(start, end, href, "table") for start, end, href in tables]
    places += [Place(start, end, href, "routine") for start, end, href in routines]
    sql = query.typed.query.sql
    optional = [
        (sql.to_source(part.start) - query.start, sql.to_source(part.end) - query.start)
        for part in query.typed.query.parts
    ]
    return highlighted(query.sql, query.tokens, places, optional)


def highlighted(
    sql: str,
    tokens: Sequence[SqlToken],
    places: Sequence[Place] = (),
    optional: Sequence[tuple[int, int]] = (),
) -> Markup:
    """Return SQL as HTML with links at *places*; parts that are *optional* are marked.

    Of places that overlap, the first is taken.
    """
    links: dict[int, Place] = {}
    last = -1
    for place in sorted(places, key=lambda place: place.start):
        if place.start >= last and 0 <= place.start < place.end <= len(sql):
            links[place.start] = place
            last = place.end
    html: list[str] = []
    position = 0
    for token in tokens:
        if token.start < position:
            continue  # within the link before it
        link = links.get(token.start)
        is_optional = any(start <= token.start < end for start, end in optional)
        if link:
            text = escape(sql[link.start : link.end])
            classes = f"{link.kind} optional" if is_optional else link.kind
            described = (
                f' aria-describedby="{link.described_by}"' if link.described_by else ""
            )
            # Addresses and ids are made of plain characters alone; escaping them costs nothing.
            html.append(
                f'<a class="{classes}" href="{escape(link.href)}"{described}>{text}</a>'
            )
            position = link.end
            continue
        position = token.end
        text = escape(sql[token.start : token.end])
        kind = _CLASSES.get(token.kind, "")
        if token.kind == "word" and sql[token.start : token.end].lower() in KEYWORDS:
            kind = "keyword"
        if is_optional:
            kind = f"{kind} optional".strip()
        html.append(f'<span class="{kind}">{text}</span>' if kind else str(text))
    return Markup("".join(html))  # each text in it is escaped above
