"""What inference says of statements, and whether the server's results keep to it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow

from sqlgen import describe, infer, parse
from sqlgen.model.catalog import ArrayType, Catalog
from sqlgen.model.commands import Cardinality
from sqlgen.model.description import Description
from sqlgen.model.query import Query
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedColumn, TypedQuery
from tests.soundness.shapes import unlike

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class Claim:
    """A query with what is claimed of it."""

    query: TypedQuery

    @property
    def sql(self) -> str:
        return self.query.query.sql.text


def parsed(statement: str) -> Query:
    """A statement as a query file would hold it."""
    file = SourceFile("q.sql", f"-- name: q :many\n{statement}\n;\n")
    [query] = parse.query_file(file).queries
    return query


def claims(
    connection: Connection, catalog: Catalog, queries: Sequence[Query]
) -> list[Claim | str]:
    """What is claimed of each query, or the server's message against it."""
    return [
        claim(outcome, catalog) if isinstance(outcome, Description) else outcome.message
        for outcome in describe.queries(connection, catalog, queries)
    ]


def claim(description: Description, catalog: Catalog) -> Claim:
    """What is claimed where the arrays of tables may hold NULLs, as those of a filling do."""
    return Claim(infer.query(description, catalog, nullable_elements=True))


def broken(claim: Claim, result: PGresult) -> list[str]:
    """What of the claim the rows of *result* show to be wrong."""
    query, rows = claim.query, result.ntuples
    if result.status != ExecStatus.TUPLES_OK:
        return []
    found = []
    if query.cardinality is Cardinality.EXACTLY_ONE and rows != 1:
        found.append(f"exactly one row is claimed, {rows} came")
    if query.cardinality is Cardinality.AT_MOST_ONE and rows > 1:
        found.append(f"at most one row is claimed, {rows} came")
    for place, column in enumerate(query.columns):
        values = [result.get_value(row, place) for row in range(rows)]
        if column.override and column.override.mark:
            continue  # said by the query's author
        wrong = _wrong(column, values)
        if wrong:
            found.append(f"column {place + 1} ({column.name}) {wrong}")
    return found


def _wrong(column: TypedColumn, values: Sequence[bytes | None]) -> str | None:
    if not column.nullable and None in values:
        return f"is NULL, claimed not to be: {column.reason}"
    full = isinstance(column.type, ArrayType) and not column.element_nullable
    if full and any(value and _NULL_ELEMENT.search(_bare(value)) for value in values):
        return "has a NULL element, claimed to have none"
    if column.json is not None:
        found = (unlike(column.json, value) for value in values if value is not None)
        if other_shape := next((each for each in found if each), None):
            return other_shape
    if column.literals:
        allowed = {literal.encode() for literal in column.literals}
        other = {value for value in values if value is not None} - allowed
        if other:
            return f"is {other}, claimed to be one of {column.literals}"
    return None


def _bare(array: bytes) -> bytes:
    """An array's text without what stands in quotes."""
    return _QUOTED.sub(b"''", array)


_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NULL_ELEMENT = re.compile(rb"(?<=[{,])NULL(?=[},])")
