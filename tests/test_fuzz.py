"""Whatever text it is given, each stage gives a result or diagnostics, never another exception.

`make fuzz` runs these tests for ten minutes, with a new seed each time.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg.rows import TupleRow

from sqlgen import describe, infer, lint, parse, read, render, report
from sqlgen.model.config import Config
from sqlgen.model.description import Description
from sqlgen.model.diagnostic import Diagnostic, SqlgenError
from sqlgen.model.source import SourceFile
from tests.test_properties_lexer import FRAGMENTS
from tests.translation import translated_package

ROOT = Path(__file__).parents[1]
EXAMPLES = int(os.environ.get("SQLGEN_FUZZ_EXAMPLES", "100"))
fuzz = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

QUERIES = [file.read_text() for file in sorted((ROOT / "queries").rglob("*.sql"))]
MIGRATIONS = [file.read_text() for file in sorted((ROOT / "migrations").glob("*.sql"))]
TOML = [(ROOT / "pyproject.toml").read_text()] + [
    file.read_text()
    for file in sorted((ROOT / "tests" / "golden").glob("*/pyproject.toml"))
]
SIGNS = [
    "[",
    "]",
    "{",
    "}",
    "=",
    '"""',
    "'",
    "#",
    ".",
    "\\",
    "sqlgen",
    "\n[tool.sqlgen]\n",
    "1",
    "=",
]


def broken(texts: list[str], pieces: list[str]) -> st.SearchStrategy[str]:
    """Give texts of which parts are cut out, doubled, or replaced by pieces."""
    places = st.floats(0, 1)
    edits = st.tuples(
        places, st.integers(0, 40), st.sampled_from(["", *pieces]), st.integers(1, 3)
    )

    def apply(text: str, changes: list[tuple[float, int, str, int]]) -> str:
        for where, length, piece, times in changes:
            start = int(where * len(text))
            text = text[:start] + piece * times + text[start + length :]
        return text

    return st.builds(
        apply, st.sampled_from(texts), st.lists(edits, min_size=1, max_size=6)
    )


def outcome(stage: Callable[[], Any]) -> Any:
    """Return the stage's result; None for errors, which must print in every format."""
    try:
        return stage()
    except SqlgenError as error:
        shown(error.diagnostics)
        return None


def shown(diagnostics: tuple[Diagnostic, ...]) -> None:
    assert report.text(diagnostics)
    assert report.json(diagnostics)
    assert report.github(diagnostics)


@fuzz
@given(broken(QUERIES, list(FRAGMENTS)))
def test_query_files(text: str) -> None:
    outcome(lambda: parse.query_file(SourceFile("queries/q.sql", text)))


@fuzz
@given(
    broken(MIGRATIONS, [*FRAGMENTS, ")", "(", "ALTER TABLE t ADD ", "CREATE INDEX "])
)
@example("ALTER TABLE t ADD CHECK (id > 0))); CREATE INDEX ON t )id(;")
@example("ALTER TABLE t )a;")
@example("ALTER TABLE (a, (b, DROP c);")
def test_migrations(text: str) -> None:
    def linted() -> None:
        file = SourceFile("migrations/0001_a.sql", text)
        if warnings := lint.lint(parse.migrations([file])):
            shown(warnings)

    outcome(linted)


@fuzz
@given(broken(TOML, SIGNS) | st.text(st.characters(exclude_categories=["Cs"])))
@example("[tool.sqlgen]\nserver = " + "[" * 3000)
@example("[tool.sqlgen]\ntypes = " + "{a=" * 400 + "1" + "}" * 400)
def test_configurations(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text.encode())
    outcome(lambda: read.config(tmp_path))


@pytest.fixture
def clinic(connection: psycopg.Connection[TupleRow]) -> psycopg.Connection[TupleRow]:
    files = sorted((ROOT / "migrations").glob("*.up.sql"))
    for file in files:
        connection.execute(file.read_text().encode())
    return connection


def test_queries_on_a_server(
    clinic: psycopg.Connection[TupleRow], tmp_path: Path
) -> None:
    catalog = describe.catalog(clinic)
    words = [
        *FRAGMENTS,
        " NULL ",
        " patients ",
        "*",
        " LEFT JOIN ",
        "(SELECT ",
        " AS x",
        "::text",
        ",",
    ]

    @fuzz
    @given(broken(QUERIES, words))
    def analyse(text: str) -> None:
        file = outcome(lambda: parse.query_file(SourceFile("queries/q.sql", text)))
        if file is None:
            return
        typed = []
        for result in describe.queries(clinic, catalog, file.queries):
            if isinstance(result, Description):
                one = outcome(partial(infer.query, result, catalog))
                typed += [one] if one else []
            else:
                shown((result,))
        config = Config(root=tmp_path)
        for module in (
            outcome(lambda: translated_package([(file, typed)], config)) or ()
        ):
            render.module(module)

    analyse()
