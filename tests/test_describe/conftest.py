"""Queries as files hold them, and what a server says of them."""

from collections.abc import Callable, Sequence

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import describe, parse
from sqlgen.model.description import Description
from sqlgen.model.diagnostic import Diagnostic
from sqlgen.model.query import Query
from sqlgen.model.source import SourceFile

Described = Callable[[Sequence[str]], tuple[Description | Diagnostic, ...]]


def queries(statements: Sequence[str]) -> list[Query]:
    text = "".join(
        f"-- name: q{number} :exec\n{statement};\n"
        for number, statement in enumerate(statements)
    )
    return list(parse.query_file(SourceFile("queries/q.sql", text)).queries)


@pytest.fixture
def described(connection: psycopg.Connection[TupleRow]) -> Described:
    """Describes statements in the database of the test, as it is when called."""

    def call(
        statements: Sequence[str],
    ) -> tuple[Description | Diagnostic, ...]:
        catalog = describe.catalog(connection)
        return describe.queries(connection, catalog, queries(statements))

    return call
