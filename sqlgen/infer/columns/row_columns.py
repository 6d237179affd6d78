"""Whole rows at the top of a statement -> the columns that it selects instead.

`SELECT o.id, p AS person` becomes `SELECT o.id, p.id, p.name`, whose values psycopg loads as those of
any column. That is done only where nothing else in the statement can notice it: DISTINCT and UNION
compare the rows, and a number in ORDER BY counts the columns. Other whole rows stay text.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ...model.catalog import ArrayType, CompositeType, DomainType, PgType
from ...model.identifiers import quoted, unquoted
from ...model.query import Mark, Query
from ...model.typed import Star, TypedColumn
from ..tree.enums import RTEKind
from ..tree.query_level import QueryLevel, Source
from ..tree.types import base_type
from .named_fields import named_fields, text_by_name
from .spans import characters
from .sql_tokens import SqlTokens

_AFTER_COLUMN: Final = frozenset(
    {
        *("", ",", ";", ")", "from", "where", "group", "having", "window"),
        *("order", "limit", "offset", "fetch", "for"),
    }
)
"""The tokens after a column of a result. As an alias, they need AS."""

_MOST_COLUMNS: Final = 1600
"""PostgreSQL refuses more than 1664 columns in a result (MaxTupleAttributeNumber in htup_details.h)."""

_LONGEST_NAME: Final = 63


def with_row_columns(
    columns: Sequence[TypedColumn], statement: QueryLevel, query: Query
) -> tuple[TypedColumn, ...]:
    """Return the columns of the result, with `row_columns` where a whole row may be its columns."""
    rows = [column for column in columns if column.written_out]
    if not rows or query.row is not None or _compares_rows(statement):
        return tuple(columns)
    width = sum(
        len(row.type.fields) for row in rows if isinstance(row.type, CompositeType)
    )
    if width + 2 * len(columns) > _MOST_COLUMNS:
        return tuple(columns)
    tokens = SqlTokens(query.sql.text)
    return tuple(
        [
            (
                replace(column, row_columns=_row_columns(column, n, statement, tokens))
                if column.written_out
                else column
            )
            for n, column in enumerate(columns)
        ]
    )


def _compares_rows(statement: QueryLevel) -> bool:
    """Return whether a statement compares the rows that it selects, as DISTINCT and UNION do."""
    query = statement.query
    return bool(query.node("setOperations") or query.nodes("distinctClause"))


def _row_columns(
    column: TypedColumn, place: int, statement: QueryLevel, tokens: SqlTokens
) -> Star | None:
    """Return the columns for the whole row at *place* of the result, None if it has to stay."""
    row = statement.output[place].node("expr")
    if row is None or row.tag != "VAR" or row.number("varattno"):
        return None
    source = statement.source(row.number("varno"), 0)
    eref = source.entry.node("eref") if source else None
    if source is None or eref is None or not isinstance(column.type, CompositeType):
        return None
    if column.type.of_query:
        return None  # its class is read from text
    if not column.nullable and column.override and column.override.mark != Mark.INFER:
        return None  # only the author says that there is a row
    names = [name for name in eref.strings("colnames") if name]
    if len(names) != len(column.type.fields) or not _are_loaded(column.type, source):
        return None
    index = tokens.index(characters(tokens.text, row.location))
    after = tokens.after_name(index)
    last = after - 3 if tokens.word(after - 1) == "*" else after - 1
    end = _after_alias(tokens, after)
    later = statement.output[place + 1 :]
    if end is None or (
        any(entry.number("ressortgroupref") for entry in later)
        and _has_positions(tokens, index)
    ):
        return None
    written = tokens.text[tokens.start(index) : tokens.end(last)]
    sorted_names = _sorted_names(tokens, index)
    if sorted_names is None:
        return None
    columns = [f"{written}.* IS DISTINCT FROM NULL"] if column.nullable else []
    for name, field in zip(names, column.type.fields, strict=True):
        text = f"{written}.{quoted(name)}"
        if named_fields(text, field.type):
            text = text_by_name(text, field.type, not field.not_null)
        if name.lower() in sorted_names:
            # ORDER BY prefers an output column of that name to the one that it means.
            alias = f"{unquoted(tokens.word(last))}.{name}"
            if alias.lower() in sorted_names or _clipped(alias) != alias:
                return None
            text += f" AS {quoted(alias)}"
        columns.append(text)
    return Star(tokens.start(index), tokens.end(end - 1), tuple(columns))


def _are_loaded(row: CompositeType, source: Source) -> bool:
    """Return whether the columns have the values that columns of a table would have.

    Arrays of composites, and composites in a subquery, may be their texts or values of their type.
    """
    fields = [field.type for field in row.fields]
    if any(_has_composite(type_) for type_ in fields if not _is_composite(type_)):
        return False
    if source.kind in (RTEKind.RELATION, RTEKind.FUNCTION):
        return True
    return not any(map(_is_composite, fields))


def _is_composite(type_: PgType) -> bool:
    return isinstance(base_type(type_), CompositeType)


def _has_composite(type_: PgType) -> bool:
    match type_:
        case CompositeType():
            return True
        case ArrayType(element=inner) | DomainType(base=inner):
            return _has_composite(inner)
        case _:
            return (type_.schema, type_.name) == ("pg_catalog", "record")


def _after_alias(tokens: SqlTokens, after: int) -> int | None:
    """Return the number of the token after a column and its alias; None if that is not certain."""
    if tokens.word(after) in _AFTER_COLUMN:
        return after
    if tokens.word(after) == "as":
        after += 1
    return after + 1 if tokens.word(after + 1) in _AFTER_COLUMN else None


def _has_positions(tokens: SqlTokens, index: int) -> bool:
    """Return whether a number after a token may be the position of a column: `ORDER BY 2`."""
    return any(
        tokens.word(n)[:1].isdigit() and tokens.word(n - 1) in ("by", ",", "(")
        for n in range(index, tokens.count)
    )


def _sorted_names(tokens: SqlTokens, index: int) -> frozenset[str] | None:
    """Return the unqualified names after the ORDER BY of the query that a token stands in.

    They are in lower case. None if they are not certain.
    """
    start = next(
        (
            n
            for n in range(index, tokens.count)
            if tokens.word(n) == "order"
            and tokens.word(n + 1) == "by"
            and tokens.is_beside(n, index)
        ),
        tokens.count,
    )
    words = [
        tokens.word(n)
        for n in range(start, tokens.count)
        if "." not in (tokens.word(n - 1), tokens.word(n + 1))
    ]
    if "&" in words:  # `U&"\006eame"`
        return None
    return frozenset(_clipped(unquoted(word)).lower() for word in words)


def _clipped(name: str) -> str:
    """Return as much of a name as PostgreSQL keeps."""
    return name.encode()[:_LONGEST_NAME].decode(errors="ignore")
