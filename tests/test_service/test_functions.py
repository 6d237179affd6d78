"""Every generated function of the clinic, called on real data, sync and async.

Each result is checked against the annotations, fields of rows and bounds of ranges included, and
against what must follow from the demo data.
"""

import asyncio
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import scalar_row

from sqlgen import describe, parse, read
from sqlgen.model.description import Description
from tests.test_service.calls import ALL, ASYNC, Async, Sync, statement
from tests.test_service.day import a_day_in_the_clinic

ROOT = Path(__file__).parents[2]


def test_sync_and_async_functions_are_the_same() -> None:
    assert {n.replace(".aio.", ".") for n in ASYNC} == ALL - ASYNC
    assert len(ASYNC) > 90


def test_every_sync_function(clinic: str) -> None:
    with psycopg.connect(clinic) as connection:
        call = Sync(connection)
        asyncio.run(a_day_in_the_clinic(call))
    assert call.called == ALL - ASYNC


def test_every_async_function(clinic: str) -> None:
    async def main() -> set[str]:
        async with await psycopg.AsyncConnection.connect(clinic) as connection:
            call = Async(connection)
            await a_day_in_the_clinic(call)
            return call.called

    assert asyncio.run(main()) == ASYNC


def test_what_runs_is_what_was_described(clinic: str) -> None:
    """The parameter and column types of each prepared statement are those that were described."""
    with psycopg.connect(clinic) as connection:
        connection.prepare_threshold = 0
        connection.prepared_max = None
        call = Sync(connection)
        asyncio.run(a_day_in_the_clinic(call))
        ran = prepared(connection)
    with psycopg.connect(clinic, autocommit=True) as connection:
        expected = described(connection)
    # The statements of cursors and COPY are not prepared.
    others = {"stream_mailing_list", "stream_measurements", "import_observations"}
    others.add("import_prescriptions")
    # A page has a column more, with its keys.
    others.add("list_patients_page")
    # Those of functions of the database are in no query file.
    in_files = [name for name in ALL - ASYNC if ".functions." not in name]
    for function in in_files:
        name = function.rpartition(".")[2]
        if name not in others:
            types = with_rows_as_text(expected[name])
            assert ran[statement(function)] == types, name


Types = tuple[list[str], list[str]]

COMPOSITES = {
    *("appointments", "observations", "patients", "practitioners", "record"),
    "postal_address",
}


def with_rows_as_text(types: Types) -> Types:
    """Return the types as they run: composite values are written out, as text."""
    parameters, columns = types
    as_text = dict.fromkeys(COMPOSITES, "text") | {
        f"{row}[]": "text[]" for row in COMPOSITES
    }
    return parameters, [as_text.get(column, column) for column in columns]


def prepared(connection: psycopg.Connection[Any]) -> dict[str, Types]:
    """Return the types of parameters and columns of the connection's prepared statements, by SQL."""
    rows = connection.execute(
        "SELECT name, statement, parameter_types::oid[]::bigint[] FROM pg_prepared_statements"
    ).fetchall()
    statements: dict[str, Types] = {}
    for name, text, parameters in rows:
        result = connection.pgconn.describe_prepared(name.encode())
        columns = [result.ftype(number) for number in range(result.nfields)]
        types = (spelled(connection, parameters), spelled(connection, columns))
        assert statements.setdefault(text, types) == types, text
    return statements


def spelled(connection: psycopg.Connection[Any], oids: list[int]) -> list[str]:
    with connection.cursor(row_factory=scalar_row) as cursor:
        query = "SELECT format_type(oid, NULL) FROM unnest(%s::bigint[]::oid[]) AS oid"
        return cursor.execute(query, [oids]).fetchall()


def described(connection: psycopg.Connection[Any]) -> dict[str, Types]:
    files = map(parse.query_file, read.sources(ROOT, "queries"))
    queries = [query for file in files for query in file.queries]
    catalog = describe.catalog(connection)
    descriptions = describe.queries(connection, catalog, queries)
    return {
        d.query.name: (
            [t.display for t in d.parameter_types],
            [c.type.display for c in d.columns],
        )
        for d in descriptions
        if isinstance(d, Description)
    }
