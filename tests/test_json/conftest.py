"""Generated packages of hand-written queries, imported, for tests that run them."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import describe, infer, parse, render
from sqlgen.model.config import Config
from sqlgen.model.description import Description
from sqlgen.model.source import SourceFile
from tests.translation import translated_package

Connection = psycopg.Connection[TupleRow]
Build = Callable[..., Any]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    """Makes a package of queries against a database, and imports the queries' module."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(connection: Connection, queries: str, **settings: Any) -> Any:
        file = parse.query_file(SourceFile("queries/q.sql", queries))
        catalog = describe.catalog(connection)
        typed = []
        for outcome in describe.queries(connection, catalog, file.queries):
            assert isinstance(outcome, Description), outcome
            typed.append(infer.query(outcome, catalog))
        config = Config(root=tmp_path, output="made", **settings)
        for module in translated_package([(file, typed)], config):
            made = render.module(module)
            (tmp_path / made.path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / made.path).write_text(made.text)
        importlib.invalidate_caches()
        return importlib.import_module("made.q")

    yield make
    for name in [name for name in sys.modules if name.split(".")[0] == "made"]:
        del sys.modules[name]
