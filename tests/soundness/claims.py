"""Statements -> what sqlgen claims about their results, and how actual results contradict it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow

from sqlgen import describe, infer, parse
from sqlgen.infer.tree.types import base_type
from sqlgen.model.catalog import (
    ArrayType,
    Catalog,
    CompositeField,
    CompositeType,
    DomainType,
    PgType,
)
from sqlgen.model.commands import Cardinality
from sqlgen.model.description import Description
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.query import Query
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedColumn, TypedQuery
from sqlgen.render.runtime.support import parse_array, parse_composite
from sqlgen.translate import sql
from tests.soundness.shapes import unlike

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True)
class Claim:
    """A typed query: what sqlgen claims about its rows."""

    query: TypedQuery

    @property
    def sql(self) -> str:
        return self.query.query.sql.text

    @cached_property
    def running(self) -> str:
        """Return the statement that runs, in which stars and whole rows are written out."""
        return sql.running(self.query, ()).text

    @cached_property
    def selecting(self) -> str:
        """Return the statement that runs where the columns of whole rows are selected."""
        rows = [column.row_columns for column in self.query.columns]
        return sql.running(self.query, (), [row for row in rows if row]).text


def parsed(statement: str) -> Query:
    """Return the statement as a query of a query file."""
    file = SourceFile("q.sql", f"-- name: q :many\n{statement}\n;\n")
    [query] = parse.query_file(file).queries
    return query


def claims(
    connection: Connection, catalog: Catalog, queries: Sequence[Query]
) -> list[Claim | str]:
    """Return the claim about each query, or the message of the server's error."""
    return [
        (
            _claim_or_error(outcome, catalog)
            if isinstance(outcome, Description)
            else outcome.message
        )
        for outcome in describe.queries(connection, catalog, queries)
    ]


def _claim_or_error(description: Description, catalog: Catalog) -> Claim | str:
    """Return the claim, or the message where sqlgen itself refuses the statement."""
    try:
        return claim(description, catalog)
    except SqlgenError as error:
        return re.sub(r"`[^`]*`", "`…`", str(error))


def claim(description: Description, catalog: Catalog) -> Claim:
    """Return the claim, assuming that arrays in tables may have NULL elements, as in our test data."""
    return Claim(infer.query(description, catalog, nullable_elements=True))


def broken(claim: Claim, result: PGresult) -> list[str]:
    """Return how the rows of *result* contradict the claim; empty if they do not."""
    query, rows = claim.query, result.ntuples
    if result.status != ExecStatus.TUPLES_OK:
        return []
    contradictions = []
    if query.cardinality is Cardinality.EXACTLY_ONE and rows != 1:
        contradictions.append(f"exactly one row is claimed, {rows} came")
    if query.cardinality is Cardinality.AT_MOST_ONE and rows > 1:
        contradictions.append(f"at most one row is claimed, {rows} came")
    for place, column in enumerate(query.columns):
        values = [result.get_value(row, place) for row in range(rows)]
        if column.override and column.override.mark:
            continue  # claimed by the query's author
        wrong = _wrong(column, values)
        if wrong:
            contradictions.append(f"column {place + 1} ({column.name}) {wrong}")
    return contradictions


def whole(claim: Claim, result: PGresult) -> list[list[object]]:
    """Return the rows of a result, with the fields of whole rows whose columns may be selected."""
    return [
        [
            value if value is None or not column.row_columns else parse_composite(value)
            for column, value in zip(claim.query.columns, row, strict=True)
        ]
        for row in _texts(result)
    ]


def folded(claim: Claim, result: PGresult) -> list[list[object]]:
    """Return the same of a result that has the columns of these rows in their place."""
    return [list(_folded(claim, iter(row))) for row in _texts(result)]


def _folded(claim: Claim, values: Iterator[str | None]) -> Iterator[object]:
    for column in claim.query.columns:
        if column.row_columns is None:
            yield next(values)
            continue
        row = [next(values) for _ in column.row_columns.columns]
        if not column.nullable:
            yield row
        else:
            yield row[1:] if row[0] == "t" else None
    assert not list(values)


def _texts(result: PGresult) -> Iterator[list[str | None]]:
    for row in range(result.ntuples):
        values = [result.get_value(row, column) for column in range(result.nfields)]
        yield [None if value is None else value.decode() for value in values]


def _wrong(column: TypedColumn, values: Sequence[bytes | None]) -> str | None:
    if not column.nullable and None in values:
        return f"is NULL, claimed not to be: {column.reason}"
    full = isinstance(column.type, ArrayType) and not column.element_nullable
    if full and any(value and _NULL_ELEMENT.search(_bare(value)) for value in values):
        return "has a NULL element, claimed to have none"
    if column.json is not None:
        differences = (
            unlike(column.json, value) for value in values if value is not None
        )
        if difference := next((each for each in differences if each), None):
            return difference
    if any(_lacks_field(column.type, value) for value in values if value):
        return "has a NULL field or element in a row, claimed to have none"
    if column.literals:
        allowed = {literal.encode() for literal in column.literals}
        other = {value for value in values if value is not None} - allowed
        if other:
            return f"is {other}, claimed to be one of {column.literals}"
    return None


def _lacks_field(type_: PgType, value: bytes | str | None) -> bool:
    """Return whether a field is NULL in the *value* although it is claimed not to be."""
    if value is None:
        return False
    text = value.decode() if isinstance(value, bytes) else value
    match type_:
        case DomainType(base=base):
            return _lacks_field(base, text)
        case ArrayType(element=element) if isinstance(
            element, ArrayType | CompositeType | DomainType
        ):
            items = _flat(parse_array(text, str))
            return any(_lacks_field(element, item) for item in items)
        case CompositeType(fields=fields):
            parts = parse_composite(text)
            return any(
                (field.not_null and part is None)
                or _lacks_field(field.type, part)
                or (type_.of_query and _lacks_element(field, part))
                for field, part in zip(fields, parts, strict=True)
            )
        case _:
            return False


def _lacks_element(field: CompositeField, part: str | None) -> bool:
    """Return whether an element is NULL in a field of an array that is claimed to have no such element."""
    is_array = isinstance(base_type(field.type), ArrayType)
    if part is None or not is_array or field.element_nullable:
        return False
    return None in _flat(parse_array(part, str))


def _flat(items: Iterable[Any]) -> Iterator[str | None]:
    for item in items:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def _bare(array: bytes) -> bytes:
    """Return an array's text without the contents of quotes."""
    return _QUOTED.sub(b"''", array)


_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NULL_ELEMENT = re.compile(rb"(?<=[{,])NULL(?=[},])")
