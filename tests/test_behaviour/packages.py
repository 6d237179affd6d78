"""Schema, queries -> the package generated from them, imported."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from sqlgen import describe, infer, parse, render
from sqlgen.model.config import Config, Mode
from sqlgen.model.description import Description
from sqlgen.model.row_styles import RowStyle
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedQuery
from tests.translation import translated_package

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class Package:
    """A generated package, imported, with PostgreSQL's descriptions of its queries and their analyses."""

    module: ModuleType
    descriptions: dict[str, Description]
    typed: dict[str, TypedQuery]

    def sub(self, name: str) -> Any:
        return importlib.import_module(f"{self.module.__name__}.{name}")


Build = Callable[..., Package]


def build(
    folder: Path,
    connection: Connection,
    schema: str,
    queries: str,
    rows: RowStyle = RowStyle.DATACLASS,
    module: str = "q",
    **settings: Any,
) -> Package:
    """Generate the package `made` in a folder on `sys.path`, and import it."""
    described, typed = write(
        folder, connection, schema, queries, rows, module, **settings
    )
    importlib.invalidate_caches()
    return Package(
        importlib.import_module("made"),
        {d.query.name: d for d in described},
        {query.query.name: query for query in typed},
    )


def write(
    folder: Path,
    connection: Connection,
    schema: str,
    queries: str,
    rows: RowStyle = RowStyle.DATACLASS,
    module: str = "q",
    **settings: Any,
) -> tuple[list[Description], list[TypedQuery]]:
    """Write the package `made` to a folder."""
    connection.execute(schema.encode())
    file = parse.query_file(SourceFile(f"queries/{module}.sql", queries))
    catalog = describe.catalog(connection)
    described = []
    for outcome in describe.queries(connection, catalog, file.queries):
        assert isinstance(outcome, Description), outcome
        described.append(outcome)
    typed = [infer.query(description, catalog) for description in described]
    config = Config(root=folder, mode=Mode.BOTH, rows=rows, output="made", **settings)
    for output in translated_package([(file, typed)], config):
        made = render.module(output)
        (folder / made.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / made.path).write_text(made.text)
    return described, typed
