"""Queries of query files, and a server's descriptions of them."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import describe, parse
from sqlgen.model import session
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


OF_OUR_OWN = "SQLGEN_TEST_SERVER_URL" not in os.environ


collect_ignore = [] if OF_OUR_OWN else ["test_wire.py"]


@pytest.fixture
def wire(connection: psycopg.Connection[TupleRow]) -> Iterator[describe.WireConnection]:
    """A session without psycopg on the test's database."""
    options = session.startup_options(
        session.settings(["public"]) | session.TREE_SETTINGS
    )
    socket = Path(connection.info.host) / f".s.PGSQL.{connection.info.port}"
    name = connection.info.dbname
    with describe.WireConnection(socket, connection.info.user, name, options) as wire:
        yield wire


@pytest.fixture(params=["libpq", "wire"] if OF_OUR_OWN else ["libpq"])
def described(
    connection: psycopg.Connection[TupleRow], request: pytest.FixtureRequest
) -> Described:
    """A function that describes statements on the test's database, as it is at the time of the call.

    It uses psycopg or the wire protocol."""

    def call(
        statements: Sequence[str],
    ) -> tuple[Description | Diagnostic, ...]:
        catalog = describe.catalog(connection)
        asked = connection
        if request.param == "wire":
            asked = request.getfixturevalue("wire")
        return describe.queries(asked, catalog, queries(statements))

    return call
