"""`sqlgen help`, and that messages name only what a user has who installed sqlgen from a package index."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sqlgen.cli import manual
from sqlgen.cli.group import main

ROOT = Path(__file__).parents[1]
FOR_CONTRIBUTORS = {"architecture", "commands", "style"}


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["help", *words])
    return result.exit_code, result.output


def test_every_page_is_listed_and_printed() -> None:
    docs = {path.stem for path in (ROOT / "docs").glob("*.md")} - FOR_CONTRIBUTORS
    assert set(manual.PAGES) == docs | {"security"}
    status, listed = run()
    assert status == 0
    for name, title in manual.PAGES.items():
        assert f"{name} " in listed
        assert title in listed
        status, printed = run(name)
        assert status == 0
        assert printed.startswith("# ")
        assert "<!--" not in printed


def test_a_section() -> None:
    status, printed = run("queries", "nested", "rows")
    assert status == 0
    assert printed.startswith("### Nested rows\n")
    assert "### When columns change" not in printed
    assert run("queries.md", "NESTED rows")[1] == printed
    status, printed = run("queries", "nested", "rooms")
    assert status == 2
    assert "\n  Nested rows" in printed


def test_a_word_of_a_heading() -> None:
    status, printed = run("sqlc")
    assert (status, printed) == (0, "sqlgen help importing sqlc\n")
    assert run("importing", "sqlc")[1].startswith("## sqlc\n")
    for line in run("warnings")[1].splitlines():
        assert run(*line.split()[2:])[1].lower().startswith("## warnings")


def test_comments_of_code_are_no_headings() -> None:
    text = "# A\n\n```console\n# not one\n```\n\n## B\n\nb\n\n# C\n"
    assert [one.title for one in manual.sections(text)] == ["A", "B", "C"]
    assert manual.sections(text)[1].text == "## B\n\nb\n\n"


def test_a_command() -> None:
    assert run("migrate", "up")[1].startswith("Usage: main migrate up")
    status, printed = run("nothing")
    assert status == 2
    assert "`sqlgen help` lists the pages" in printed
    assert "did you mean `tutorial`?" in run("tutorail")[1]
    assert run("build", "nothing")[0] == 2


def texts() -> Iterator[tuple[Path, str]]:
    """Yield the texts in sqlgen's modules that may be shown, and the help of each command."""
    for path in (ROOT / "sqlgen").rglob("*.py"):
        tree = ast.parse(path.read_text())
        constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        docstrings = {
            id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
        }
        yield from [
            (path, node.value)
            for node in constants
            if isinstance(node.value, str) and id(node) not in docstrings
        ]
    for command, text in helps(main):
        yield Path(command), text


def helps(command: click.Command) -> Iterator[tuple[str, str]]:
    yield str(command.name), command.help or ""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if inner := command.get_command(context, name):
                yield from helps(inner)


MENTION = re.compile(r"`sqlgen help ([a-z-]+)((?: [a-z]+)*)`")


def test_messages_name_what_is_installed() -> None:
    mentions = [
        (path, match[1], match[2].strip())
        for path, text in texts()
        for match in MENTION.finditer(text)
    ]
    assert len(mentions) > 5
    for path, name, section in mentions:
        assert name in manual.PAGES, path
        assert not section or manual.matching(manual.page(name), section), path
    in_repository = [
        (path, text) for path, text in texts() if re.search(r"\bdocs/\w+", text)
    ]
    assert in_repository == []


@pytest.mark.parametrize("words", [["start"], ["queries", "orders"]])
def test_help_needs_no_project(tmp_path: Path, words: list[str]) -> None:
    result = CliRunner().invoke(main, ["-C", str(tmp_path), "help", *words])
    assert result.exit_code == 0
