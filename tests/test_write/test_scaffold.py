"""What `sqlgen init` tells other tools of the generated package, and when it does not."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from sqlgen.write.scaffold import scaffold


def tools(folder: Path) -> dict[str, Any]:
    settings = tomllib.loads((folder / "pyproject.toml").read_text())["tool"]
    return {name: table for name, table in settings.items() if name != "sqlgen"}


ALL = {
    "pytest": {"ini_options": {"pythonpath": ["."]}},
    "ruff": {"extend-exclude": ["generated"]},
    "black": {"extend-exclude": "^/generated/"},
}


@pytest.mark.parametrize("before", [None, "", '[project]\nname = "a"\n'])
def test_tools_without_settings(tmp_path: Path, before: str | None) -> None:
    if before is not None:
        (tmp_path / "pyproject.toml").write_text(before)
    scaffold(tmp_path)
    assert tools(tmp_path) == ALL


@pytest.mark.parametrize(
    "before",
    [
        "[tool.pytest.ini_options]\naddopts = '-q'\n",
        "[tool.ruff]\nline-length = 100\n",
        "[tool.ruff.lint]\nselect = ['E']\n",
        "[tool.black]\nline-length = 100\n",
    ],
)
def test_settings_of_a_tool_stay(tmp_path: Path, before: str) -> None:
    (tmp_path / "pyproject.toml").write_text(before)
    scaffold(tmp_path)
    assert tools(tmp_path) == ALL | tomllib.loads(before)["tool"]


@pytest.mark.parametrize(
    ("file", "tool"),
    [
        *[(name, "pytest") for name in ("pytest.ini", "tox.ini", "setup.cfg")],
        *[(name, "ruff") for name in ("ruff.toml", ".ruff.toml")],
    ],
)
def test_tools_with_files_of_their_own(tmp_path: Path, file: str, tool: str) -> None:
    (tmp_path / file).touch()
    scaffold(tmp_path)
    assert tools(tmp_path) == {name: ALL[name] for name in ALL if name != tool}


NOTES = [
    "migrations/0001_create_notes.up.sql",
    "migrations/0001_create_notes.down.sql",
    "queries/notes.sql",
]
FIRST = ["queries/first.sql"]


@pytest.mark.parametrize(
    ("files", "examples"),
    [
        ([], NOTES),
        (["migrations/1_own.sql"], FIRST),
        (["queries/own.sql"], []),
        (["migrations/1_own.sql", "queries/own.sql"], []),
    ],
)
def test_an_example_never_needs_a_table_that_is_not_there(
    tmp_path: Path, files: list[str], examples: list[str]
) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).touch()
    made = [change.path for change in scaffold(tmp_path)]
    assert made == ["pyproject.toml", *examples]


@pytest.mark.parametrize(
    ("settings", "examples"),
    [
        ("[tool.sqlgen]\n", NOTES),
        ("[tool.sqlgen.names]\na = 'B'\n", NOTES),
        ("[tool.sqlgen]\nschema = 'schema.sql'\n", FIRST),
        ("[tool.sqlgen.schema]\ncommand = ['make']\n", FIRST),
        ("[tool.sqlgen]\nmigrations = 'db'\n", FIRST),
        ("[tool.sqlgen]\nqueries = 'sql'\n", []),
        ("[tool.sqlgen]\nqueries = 'sql\n", NOTES),
    ],
)
@pytest.mark.parametrize("file", ["pyproject.toml", "sqlgen.toml"])
def test_settings_of_sqlgen_stay(
    tmp_path: Path, file: str, settings: str, examples: list[str]
) -> None:
    (tmp_path / file).write_text(settings)
    assert [change.path for change in scaffold(tmp_path)] == examples
    assert (tmp_path / file).read_text() == settings
