"""Random queries, run by their generated functions: the results have the annotated types."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, get_type_hints

import psycopg
import pytest

from sqlgen import database, describe, parse, render
from sqlgen.model.catalog import ArrayType, CompositeType, DomainType, PgType
from sqlgen.model.config import Config
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedQuery
from tests.soundness.claims import Claim, claims
from tests.soundness.filling import Filler
from tests.soundness.grammar import Grammar
from tests.soundness.test_random import SCHEMA, SEED, tables
from tests.test_service.calls import conforms
from tests.translation import translated_package

QUERIES = 120
GIVEN = {"integer": 1, "text": "a", "integer[]": [1, 2], "text[]": ["a", "b"]}


def test_what_random_queries_give_is_what_is_annotated(
    server: database.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.scratch(server) as connection:
        connection.execute(SCHEMA.encode())
        catalog = describe.catalog(connection)
        grammar = Grammar(Random(SEED), server.version, tables(connection))
        texts = [
            f"-- name: q_{number} :many\n{grammar.statement()};\n"
            for number in range(QUERIES)
        ]
        file = parse.query_file(SourceFile("queries/random.sql", "\n".join(texts)))
        outcomes = claims(connection, catalog, file.queries)
        claimed = [outcome.query for outcome in outcomes if isinstance(outcome, Claim)]
        # An array in a composite that a query makes may have a NULL element, unlike a stored one.
        typed = [query for query in claimed if not has_composite(query)]
        monkeypatch.syspath_prepend(str(tmp_path))
        package = Config(root=tmp_path, output="randomly_made")
        for module in translated_package([(file, typed)], package):
            made = render.module(module)
            (tmp_path / made.path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / made.path).write_text(made.text)
        functions = importlib.import_module("randomly_made.random")
        try:
            Filler(connection, catalog, Random(SEED), holes=False).fill(8)
            rows = [call(connection, functions, query) for query in typed]
        finally:
            for name in [n for n in sys.modules if n.startswith("randomly_made")]:
                del sys.modules[name]
    assert sum(rows) > QUERIES


def has_composite(query: TypedQuery) -> bool:
    return any(_is_composite(column.type) for column in query.columns)


def _is_composite(type_: PgType) -> bool:
    match type_:
        case ArrayType(element=inner) | DomainType(base=inner):
            return _is_composite(inner)
        case _:
            return isinstance(type_, CompositeType)


def call(connection: Any, functions: Any, query: TypedQuery) -> int:
    """Call a query's function, check each row against the annotations, and return their number."""
    function: Callable[..., list[Any]] = getattr(functions, query.query.name)
    arguments = {
        p.name: None if p.nullable else GIVEN[p.type.display] for p in query.parameters
    }
    try:
        with connection.transaction(force_rollback=True):
            rows = function(connection, **arguments)
    except psycopg.Error:
        return 0  # a division by zero, or a date outside of Python's range
    conforms(rows, get_type_hints(function)["return"])
    return len(rows)
