"""docs/recipes.md: its blocks are a project, which is built, type-checked and sent requests."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sqlgen.cli.group import main
from sqlgen.database import Server
from tests import page_files
from tests.recipes import page

CHECKS = Path(__file__).parent / "checks"


def run(project: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=project,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in page.files().items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for check in CHECKS.glob("test_*.py"):
        (tmp_path / "tests" / check.name).write_text(check.read_text())
    return tmp_path


def build(project: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLGEN_SERVER_URL", server.conninfo)
    build = CliRunner().invoke(main, ["-C", str(project), "build"])
    assert build.exit_code == 0, build.output
    assert build.stderr == ""


def test_requests(
    project: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(project, server, monkeypatch)
    plugins = ("-p", "sqlgen.testing.plugin", "-p", "anyio.pytest_plugin")
    run(project, "pytest", "-q", "-W", "error", *plugins)


def test_the_scaffold_is_what_the_page_keeps_some_of(
    project: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQLGEN_SERVER_URL", server.conninfo)
    kept = (project / "queries/wishes.sql").read_text()
    (project / "queries/wishes.sql").unlink()
    [step] = [
        step
        for step in page_files.steps(page.PAGE.read_text())
        if step.command.startswith("sqlgen scaffold")
    ]
    done = CliRunner().invoke(main, ["-C", str(project), *step.command.split()[1:]])
    assert done.output.splitlines() == [*step.shown]
    written = (project / "queries/wishes.sql").read_text()
    queries = kept.rstrip("\n").split("\n\n")
    assert [q for q in written.rstrip("\n").split("\n\n") if q in queries] == queries


def test_types_and_style(
    project: Path, newest_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = page.PAGE.parents[1] / "pyproject.toml"
    # A double has the arguments of what it stands for (ARG002).
    style = ("ruff", "check", "--config", str(ours), "--ignore", "D,ARG002", ".")
    run(project, "black", "--check", ".")
    run(project, *style)
    build(project, newest_server, monkeypatch)
    run(project, "mypy", ".")


def test_every_block_and_every_recipe_is_a_part() -> None:
    """No block of code is left out for want of a path, and the list names all recipes."""
    text = page.PAGE.read_text()
    blocks = re.findall(r"^```(?!console)\w+$", text, re.MULTILINE)
    assert len(blocks) == sum(len(blocks) for blocks in page.blocks().values())
    listed = re.findall(r"^- \[(.*?)\]", text, re.MULTILINE)
    assert listed == re.findall(r"^## (.*)$", text, re.MULTILINE)
