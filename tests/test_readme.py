"""The first steps of README.md, as a newcomer takes them: its commands, and its Python as it stands."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg.rows import TupleRow

from sqlgen.cli.group import COMMANDS, main
from sqlgen.database import Server

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def sqlgen(project: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["-C", str(project), *arguments])
    assert result.exit_code == 0, result.output
    return result


def block(language: str, word: str) -> str:
    """Return the only block of a language that has a word."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    [found] = [text for text in blocks if word in text]
    return str(found)


@pytest.fixture
def start(
    tmp_path: Path,
    newest_connection: psycopg.Connection[TupleRow],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A project after the commands of the section Start, with a database."""
    url = newest_connection.info.dsn
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("SQLGEN_SERVER_URL", url)
    steps = block("console", "sqlgen init")
    for line in sqlgen(tmp_path, "init").stdout.partition("\n\n")[0].splitlines():
        assert line in steps
    for command in re.findall(r"^\$ sqlgen (build|migrate up)\b", steps, re.MULTILINE):
        sqlgen(tmp_path, *command.split())
    return tmp_path


def run(project: Path, program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_start(start: Path) -> None:
    program = block("python", "import psycopg\n")
    assert re.match(r"1 \d{4}-", run(start, program))
    pool = block("python", "ConnectionPool")
    imports = "import os\nfrom generated import notes\n"
    assert run(start, f"{imports}{pool}\npool.close()\nprint(note.id)\n") == "2\n"


def test_queries(
    tmp_path: Path, newest_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queries are about the clinic, and need no correction."""
    monkeypatch.setenv("SQLGEN_SERVER_URL", newest_server.conninfo)
    (tmp_path / "pyproject.toml").write_text("[tool.sqlgen]\n")
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    (tmp_path / "queries").mkdir()
    queries = re.findall(r"```sql\n(.*?)```", README, re.DOTALL)
    (tmp_path / "queries/readme.sql").write_text("\n".join(queries))
    assert sqlgen(tmp_path, "build").stderr == ""
    module = (tmp_path / "generated/readme.py").read_text()
    assert module.count("\ndef ") == len(queries)


def test_every_command_is_listed() -> None:
    listed = dict(
        re.findall(r"^\| `sqlgen (\w+).*?` \| (.*) \|$", README, re.MULTILINE)
    )
    assert set(listed) == set(COMMANDS)
    for name, text in listed.items():
        group = main.get_command(click.Context(main), name)
        if isinstance(group, click.Group):
            assert set(re.findall(r"`(\w+)`", text)) == set(group.commands)
