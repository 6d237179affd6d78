"""The statement as it was analysed -> the statement that runs.

Each `*` becomes the columns that it stood for, and placeholders whose value does not fix their type
get a cast, so that the server sees the types that it described.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from ..model.catalog import ArrayType, PgType
from ..model.query import PartKind, Placeholder, Query
from ..model.typed import Star, TypedQuery
from .row_layout import WIDTH, in_lines, whole_row


class RunningStatement(NamedTuple):
    """The statement that runs: its text, those of its parts, and that of `Query.unchanged`, or empty.

    `places` are the places in the text of where, in the analysed one, the parts, pieces and the item of the
    order begin and end.
    """

    text: str
    parts: tuple[str, ...]
    unchanged: str
    places: Mapping[int, int]


def running(
    query: TypedQuery, casts: Collection[int], rows: Iterable[Star] = ()
) -> RunningStatement:
    """Return the statement that runs.

    *casts* are the numbers of the parameters to cast, *rows* the whole rows of which the columns are
    selected, and not the text.
    """
    own = query.query
    text = own.sql.text
    types = {parameter.number: parameter.type for parameter in query.parameters}
    cast = {
        (p.start, p.end): _cast(text, p, types)
        for p in own.sql.placeholders
        if p.number in casts and not p.cast
    }
    edits: list[tuple[int, int, str | Star]] = []
    by_start = {star.start: star for star in (*query.stars, *rows)}
    for star in by_start.values():
        within = [place for place in cast if star.start <= place[0] < star.end]
        columns = star.columns
        for start, end in sorted(within, reverse=True):  # `(f($1)).*`
            new, offset = cast.pop((start, end)), start - star.start
            columns = tuple(
                [c[:offset] + new + c[offset + end - start :] for c in columns]
            )
        edits.append((star.start, star.end, replace(star, columns=columns)))
    edits += [(start, end, new) for (start, end), new in cast.items()]
    edits += _commas(own)
    edges = {
        edge
        for part in own.parts
        for edge in (part.start, part.end, part.cut_start, part.cut_end)
    }
    if own.unchanged:
        edges |= own.unchanged.edges
    if own.order:
        edges |= {own.order.start, own.order.end}
    if own.page:
        edges |= own.page.edges
    edits += [(edge, edge, "") for edge in edges]
    places: dict[int, int] = {}
    result, place = "", 0
    for start, end, edit in sorted(edits, key=lambda edit: edit[:2]):
        result += text[place:start]
        if start == end and not edit:
            places[start] = len(result)
        elif isinstance(edit, Star):
            line = result[result.rfind("\n") + 1 :]
            result += whole_row(edit.columns, line) or _columns(text, edit)
        else:
            result += edit
        place = end
    result += text[place:]
    return RunningStatement(
        result,
        tuple([result[places[p.cut_start] : places[p.cut_end]] for p in own.parts]),
        (
            own.unchanged.moved(places).statement(result)
            if own.unchanged
            else _without_arguments(own, result, places)
        ),
        places,
    )


def _without_arguments(query: Query, text: str, places: Mapping[int, int]) -> str:
    """Return the statement with a call that has no arguments; empty if it always has some."""
    arguments = [
        part for part in query.parts if part.kind is PartKind.ARGUMENT and part.set_list
    ]
    if not arguments:
        return ""
    start, end = places[arguments[0].cut_start], places[arguments[-1].cut_end]
    return text[:start] + text[end:]


def _commas(query: Query) -> Iterator[tuple[int, int, str]]:
    """Yield the edits that leave only white space beside commas between assignments that may all be left out.

    The generated package cuts off the comma of the last one that is there, and does not look for comments.
    """
    text = query.sql.text
    for part in query.parts:
        comma = text[part.end : part.cut_end] if part.set_list else ""
        if "--" in comma or "/*" in comma:
            margin = re.search(r"\n[ \t]*\Z", comma)
            yield part.end, part.cut_end, f",{margin[0] if margin else ' '}"


def named(statement: str, module: str, query: str) -> str:
    """Return the statement with its query's name at its end, as a comment: `/* patients.get_patient */`.

    pg_stat_statements cuts off a comment at the start, and tracers read the first word there. The
    comment has a line of its own, unless the statement is a single line and has no `--`, which could
    hide it. *module* is the dotted name below the package's root, `.patients`. Both names are
    identifiers, so neither can end the comment; what is not ASCII is escaped, since the encoding of
    a connection may lack it.
    """
    name = f"{module.removeprefix('.')}.{query}".encode("ascii", "backslashreplace")
    is_plain = "\n" not in statement and "--" not in statement
    return f"{statement}{' ' if is_plain else chr(10)}/* {name.decode()} */"


def type_name(type_: PgType) -> str:
    """Return the type as a cast names it, without a length: `character` alone would mean one."""
    match type_:
        case ArrayType(element=element):
            return f"{type_name(element)}[]"
        case _ if type_.schema == "pg_catalog":
            plain = re.fullmatch(r"[a-z_][a-z0-9_]*", type_.name)
            quoted = type_.name in _QUOTED or not plain
            return f'"{type_.name}"' if quoted else type_.name
        case _:
            return type_.display


_INDIRECTION = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*[\[.]", re.DOTALL)

# Without quotes, `char` and `bit` have a length of one.
_QUOTED = frozenset({"char", "bit"})


def _cast(text: str, placeholder: Placeholder, types: Mapping[int, PgType]) -> str:
    number = placeholder.number
    cast = f"${number}::{type_name(types[number])}"
    # `$1[1]` takes an item of the parameter and `$1.a` a field; `$1::int8[][1]` would be a type.
    return f"({cast})" if _INDIRECTION.match(text, placeholder.end) else cast


def _columns(text: str, star: Star) -> str:
    """Return the columns of a star, wrapped below where the star stood."""
    margin = star.start - (text.rfind("\n", 0, star.start) + 1)
    if margin > WIDTH // 2:
        margin = 4
    return in_lines(star.columns, margin)
