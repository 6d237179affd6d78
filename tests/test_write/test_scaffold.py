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
