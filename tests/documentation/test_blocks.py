"""Each block of code in the documentation is run, as far as its language allows, or says why it is not.

A comment above a block, `<!-- not run: REASON -->`, says why. `<!-- tables: CREATE TABLE …; -->` has the tables that a
block of SQL is about if they are not the clinic's. Tests beside this one run the pages README, start, tutorial and recipes as a whole.
"""

import os
import re
import shlex
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import database, describe, migrate, parse, read
from sqlgen.cli.group import main
from sqlgen.database import Server
from sqlgen.model.diagnostic import Diagnostic
from sqlgen.model.source import SourceFile

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)
_NOT_RUN = re.compile(r"<!-- not run: .+ -->\s*\Z")
_TABLES = re.compile(r"<!-- tables:(?P<sql>(?:(?!-->).)*)-->\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    language: str
    text: str
    tables: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks() -> Iterator[Block]:
    for page in PAGES:
        text = page.read_text()
        for match in _BLOCK.finditer(text):
            above = text[: match.start()]
            if not _NOT_RUN.search(above):
                tables = _TABLES.search(above)
                line = text.count("\n", 0, match.start()) + 1
                yield Block(
                    page.name,
                    line,
                    match["language"],
                    textwrap.dedent(match["text"]),
                    tables["sql"] if tables else "",
                )


ALL = list(blocks())


PROJECTS = ("README.md", "recipes.md", "start.md", "tutorial.md")
"""Pages whose blocks are a project, which other tests build and run."""


def of(language: str) -> pytest.MarkDecorator:
    found = [
        block
        for block in ALL
        if block.language == language
        and (block.page not in PROJECTS or language in ("console", "toml"))
    ]
    return pytest.mark.parametrize("block", found, ids=str)


def test_languages() -> None:
    assert {block.language for block in ALL} <= {
        *("console", "python", "sql", "toml"),  # below
        *("dockerfile", "jinja", "json", "lua", "yaml"),  # for other programs
    }


@of("toml")
def test_settings(block: Block, tmp_path: Path) -> None:
    """Settings are read without an error; those of other tools are TOML."""
    tomllib.loads(block.text)
    text = block.text
    if "[tool.sqlgen]" not in text:
        text = f"[tool.sqlgen]\n{text}"
    (tmp_path / "pyproject.toml").write_text(text)
    for folder in ("migrations", "queries"):
        (tmp_path / folder).mkdir()
    read.config(tmp_path)


@of("console")
def test_commands(block: Block) -> None:
    """Each command of sqlgen has these subcommands and options."""
    for line in re.findall(r"^\$ (sqlgen .*)", block.text, re.MULTILINE):
        for command in re.split(r" && |; | \| ", line):
            words = shlex.split(command, comments=True)
            if words[0] == "sqlgen":
                _check_command(words)


def _check_command(words: list[str]) -> None:
    """Let click read the words as it does before it runs a command."""
    command: click.Command = main
    context, words = None, words[1:]
    while True:
        context = command.make_context(command.name, list(words), parent=context)
        if not isinstance(command, click.Group):
            return
        name, *words = [*context._protected_args, *context.args]
        inner = command.get_command(context, name)
        assert inner, name
        command = inner


@pytest.fixture(scope="module")
def clinic(newest_server: Server) -> Iterator[psycopg.Connection[TupleRow]]:
    """A database with the clinic's tables."""
    with database.scratch(newest_server) as connection:
        migrate.apply(connection, ROOT / "migrations")
        yield connection


@of("sql")
def test_sql(block: Block, clinic: psycopg.Connection[TupleRow]) -> None:
    """PostgreSQL takes each query, and each statement without a header, about the clinic or the tables of a comment."""
    clinic.execute("CREATE SCHEMA of_block")
    clinic.execute("SET search_path = of_block, public")
    try:
        clinic.execute(block.tables.encode())
        if "-- name:" not in block.text:
            with clinic.transaction(force_rollback=True):
                clinic.execute(block.text.encode())
            return
        source = SourceFile(str(block), block.text)
        queries = parse.query_file(source).queries
        for answer in describe.queries(clinic, describe.catalog(clinic), queries):
            assert not isinstance(answer, Diagnostic), answer.message
    finally:
        clinic.execute("DROP SCHEMA of_block CASCADE")


def test_python(tmp_path: Path) -> None:
    """What blocks of Python use of generated code and libraries exists, with these types, as mypy sees it.

    Names that a block leaves open, such as `conn`, may be anything.
    """
    for block in ALL:
        if block.language != "python" or block.page in PROJECTS:
            continue
        body = textwrap.indent(block.text, "    ")
        name = f"{block.page.removesuffix('.md').replace('-', '_')}_{block.line}"
        (tmp_path / f"{name}.py").write_text(f"async def block():\n{body}")
    options = (
        *("--check-untyped-defs", "--allow-redefinition", "--ignore-missing-imports"),
        *("--disable-error-code=name-defined", "--disable-error-code=no-redef"),
        "--disable-error-code=empty-body",
        *(
            "--config-file=",
            "--no-error-summary",
            "--cache-dir",
            str(tmp_path / "cache"),
        ),
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "."],
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
