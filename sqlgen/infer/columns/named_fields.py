"""A statement, the types of its columns -> what to write so that composites are read by field name.

The text of a composite value has its fields in the type's order and without names. Where a type
loses an attribute and gets another, a text that was `(street,city)` would be read into the wrong
fields. So the statement that runs has `ROW((p.home).street, (p.home).city)::text` instead of
`p.home`: the same text, from which nothing is missing, and to which nothing is added, as long as
the type has these fields.

A column that the statement returns as it is in its table is written out where it stands. All else
(values of functions, rows under DISTINCT, UNION or ORDER BY) is written out around the statement:
`SELECT ROW((s.c1).street, …)::text FROM (…) AS s (c1)`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from ...model.catalog import ArrayType, CompositeType, PgType
from ...model.identifiers import quoted, unquoted
from ...model.typed import Star
from ..tree.enums import CmdType, RTEKind
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel
from ..tree.types import base_type
from .spans import characters
from .sql_tokens import SqlTokens

_BEFORE: Final = frozenset({"select", "returning", "all", ","})
"""The tokens that a column of the result may stand after."""


def named_fields(value: str, type_: PgType, *, nullable: bool = True) -> str | None:
    """Return SQL that makes the row, or text of an array, that a *value* is, from its fields by name.

    None if the type is no composite type, nor an array of one.
    """
    return _named_fields(value, type_, 1, nullable=nullable)


def json_fields(value: str, type_: PgType, depth: int = 1) -> str | None:
    """Return SQL that makes a row with the names of the fields, or JSON of an array of such rows.

    None if the type is no composite type, nor an array of one.
    """
    match base_type(type_):
        case CompositeType(fields=fields) if fields:
            parts = []
            for field in fields:
                part = f"({value}).{quoted(field.name)}"
                if inner := json_fields(part, field.type, depth):
                    part = f"{inner} AS {quoted(field.name)}"
                parts.append(part)
            row = named_row(parts, [field.name for field in fields])
            return f"CASE WHEN {value} IS DISTINCT FROM NULL THEN {row} END"
        case ArrayType(element=element, dimensions=(1,)):
            name = f"e{depth}"
            inner = json_fields(f"{name}.e", element, depth + 1)
            if inner is None or isinstance(base_type(element), ArrayType):
                return None
            return (
                f"CASE WHEN pg_catalog.array_ndims({value}) > 1 THEN pg_catalog.to_json({value})"
                f" WHEN {value} IS NOT NULL THEN pg_catalog.to_json(ARRAY(SELECT {inner}"
                f" FROM (SELECT pg_catalog.unnest({value}) AS e) AS {name})) END"
            )
        case _:
            return None


def named_row(columns: Sequence[str], names: Collection[str]) -> str:
    """Return SQL that makes a row of *columns*, which have these *names*."""
    # A column of that name, of the row or of any query around, would be meant instead.
    row = "whole row"
    while row in names:
        row += " "
    return f'(SELECT "{row}" FROM (SELECT {", ".join(columns)}) AS "{row}")'


def columns_by_name(
    statement: QueryLevel,
    text: str,
    types: Mapping[int, tuple[PgType, bool]],
    stars: Mapping[int, Star],
) -> dict[int, Star] | None:
    """Return what to write where, so that the columns of *types* are read by their fields' names.

    *types* are the columns by number, each with whether it may be NULL; *stars* is what is written out
    already. None if there is no place to write it.
    """
    tokens = SqlTokens(text)
    places: dict[int, Star] = {}
    for number, (type_, nullable) in types.items():
        place = _in_place(statement, tokens, number, {**stars, **places})
        if place is None:
            break
        star, piece = place
        fields = text_by_name(star.columns[piece], type_, nullable)
        columns = (*star.columns[:piece], fields, *star.columns[piece + 1 :])
        places[star.start] = Star(star.start, star.end, columns)
    else:
        return places
    return _around(statement, tokens, types)


def _named_fields(
    value: str, type_: PgType, depth: int, *, nullable: bool
) -> str | None:
    match base_type(type_):
        case CompositeType(fields=fields) if fields:
            parts = []
            for field in fields:
                part = f"({value}).{quoted(field.name)}"
                inner = _named_fields(part, field.type, depth, nullable=True)
                parts.append(inner or part)
            row = f"ROW({', '.join(parts)})"
            if not nullable:
                return row
            return f"CASE WHEN {value} IS DISTINCT FROM NULL THEN {row} END"
        case ArrayType(element=element, dimensions=(1,)):
            name = f"e{depth}"
            inner = _named_fields(f"{name}.e", element, depth + 1, nullable=True)
            if inner is None or isinstance(base_type(element), ArrayType):
                return None
            # `unnest` in FROM would make rows of NULLs of elements that are NULL. It flattens arrays
            # of more dimensions.
            items = (
                f"ARRAY(SELECT {_as_text(inner)}"
                f" FROM (SELECT pg_catalog.unnest({value}) AS e) AS {name})::text"
            )
            known = f"WHEN {value} IS NOT NULL THEN" if nullable else "ELSE"
            return (
                f"CASE WHEN pg_catalog.array_ndims({value}) > 1 THEN {value}::text"
                f" {known} {items} END"
            )
        case ArrayType(element=element, dimensions=(number,)):
            subscripts = [f"i{depth}_{place}" for place in range(1, number + 1)]
            item = f"({value})" + "".join([f"[{name}]" for name in subscripts])
            inner = _named_fields(item, element, depth + 1, nullable=True)
            if inner is None or isinstance(base_type(element), ArrayType):
                return None
            items = _as_text(inner)
            for place in range(number, 0, -1):
                items = (
                    f"ARRAY(SELECT {items} FROM pg_catalog.generate_subscripts({value}, {place})"
                    f" AS {subscripts[place - 1]})"
                )
            return f"CASE WHEN {value} IS NOT NULL THEN {items}::text END"
        case _:
            return None


def text_by_name(value: str, type_: PgType, nullable: bool) -> str:
    """Return SQL for the text of the value, as a column of the result."""
    fields = named_fields(value, type_, nullable=nullable) or value
    return fields if isinstance(base_type(type_), ArrayType) else _as_text(fields)


def _as_text(row: str) -> str:
    """Return SQL for the text of a row, which may be within a CASE."""
    return f"{row.removesuffix(' END')}::text END" if row[0] == "C" else f"{row}::text"


def _in_place(
    statement: QueryLevel, tokens: SqlTokens, number: int, stars: Mapping[int, Star]
) -> tuple[Star, int] | None:
    """Return what is written where a column of the result stands, and the number of its piece there.

    None if that is not just the column of a relation, or is also compared.
    """
    if statement.query.node("setOperations") or number > len(statement.output):
        return None
    entry = statement.output[number - 1]
    var = entry.node("expr")
    if (
        var is None
        or var.tag != "VAR"
        or not var.number("varattno")
        or var.location < 0
        or entry.number("ressortgroupref")
    ):
        return None
    place = characters(tokens.text, var.location)
    if star := stars.get(place):
        before = statement.output_expressions[: number - 1]
        piece = sum(_is_at(node, var.location) for node in before)
        return (star, piece) if piece < len(star.columns) else None
    index = tokens.index(place)
    after = tokens.after_name(index)
    source = statement.source(
        var.number("varnosyn") or var.number("varno"),
        var.number("varattnosyn") or var.number("varattno"),
    )
    names = source.entry.node("eref") if source else None
    columns = names.strings("colnames") if names else ()
    if (
        source is None
        or source.kind == RTEKind.GROUP
        or not 0 < source.attno <= len(columns)
        or unquoted(tokens.word(after - 1)) != columns[source.attno - 1]
        or tokens.word(index - 1) not in _BEFORE
        or tokens.is_nested(index)
        or not tokens.ends_column(after)
    ):
        return None
    start, end = tokens.start(index), tokens.end(after - 1)
    return Star(start, end, (tokens.text[start:end],)), 0


def _is_at(node: Node | None, location: int) -> bool:
    return node is not None and node.tag == "VAR" and node.location == location


def _around(
    statement: QueryLevel,
    tokens: SqlTokens,
    types: Mapping[int, tuple[PgType, bool]],
) -> dict[int, Star] | None:
    """Return what to write before and after the statement, so that another one reads its columns."""
    first = tokens.main_statement()
    if first is None:
        return None
    name = "s"
    while tokens.has(name):
        name += "_"
    numbers = range(1, len(statement.output) + 1)
    names = ", ".join(f"c{number}" for number in numbers)
    columns = [
        text_by_name(f"{name}.c{n}", *types[n]) if n in types else f"{name}.c{n}"
        for n in numbers
    ]
    columns[0] = f"SELECT {columns[0]}"
    start = tokens.start(first)
    end = tokens.end(tokens.count - 1)
    if statement.query.number("commandType") == CmdType.SELECT:
        columns[-1] += " FROM ("
        tail = f") AS {name} ({names})"
        if not _are_cheap(statement, types):
            # Without OFFSET, the planner would evaluate an expression once for each field.
            columns[-1] += "SELECT * FROM ("
            tail = f") AS {name} OFFSET 0{tail}"
        return {
            start: Star(start, start, tuple(columns)),
            end: Star(end, end, (tail,)),
        }
    target = statement.entry(statement.query.number("resultRelation"))
    relation = statement.relation(target) if target else None
    if relation is None or relation.has_rules:
        return None  # WITH does not take what rules make of a statement
    columns[-1] += f" FROM {name}"
    head = f"{', ' if first else 'WITH '}{name} ({names}) AS ("
    columns[0] = f") {columns[0]}"
    return {
        start: Star(start, start, (head,)),
        end: Star(end, end, tuple(columns)),
    }


def _are_cheap(statement: QueryLevel, numbers: Collection[int]) -> bool:
    """Return whether it does not matter how often the columns are evaluated."""
    expressions: Sequence[Node | None] = statement.output_expressions
    return all(
        node is not None and node.tag == "VAR"
        for number, node in enumerate(expressions, 1)
        if number in numbers
    )
