"""docs/tutorial.md, followed as it is written: its files, its commands, and what it says they print."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sqlgen.database import Server
from tests import page_files

PAGE = (page_files.DOCS / "tutorial.md").read_text()
BEFORE, _, AFTER = PAGE.partition("## 7. A table changes")
NOT_RUN = ("python -m venv", "pip install", "export ", "uvicorn ")
"""Commands that install, or that need a terminal of their own."""


class Project:
    """The reader's folder, where the commands run on databases of the tests' server."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "SQLGEN_SERVER_URL": server.conninfo,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "NO_COLOR": "1",
        }

    def write(self, files: dict[str, str]) -> None:
        for path, text in files.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def run(self, command: str) -> str:
        program, *arguments = command.split()
        options = ["-p", "sqlgen.testing.plugin", "-q"] if program == "pytest" else []
        words = (
            ["-c", "from sqlgen.cli import run; run()"]
            if program == "sqlgen"
            else ["-m", program, *options]
        )
        done = subprocess.run(
            [sys.executable, *words, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    def follow(self, text: str) -> None:
        """Run the commands of the text, and check that they print what it shows."""
        for step in page_files.steps(text):
            if not step.command.startswith(NOT_RUN):
                output = self.run(step.command)
                missing = [line for line in step.shown if line not in output]
                assert not missing, f"$ {step.command}\n{output}"


@pytest.fixture
def project(tmp_path: Path, newest_server: Server) -> Project:
    return Project(tmp_path, newest_server)


def part(number: int) -> str:
    return re.split(r"^## ", PAGE, flags=re.MULTILINE)[number]


def test_the_tutorial(project: Project) -> None:
    for number in (1, 2, 3):
        project.write(page_files.files(part(number)))
    queries = project.folder / "queries/books.sql"
    project.follow(part(3))
    shown = re.findall(r"^```python\n(.*?)^```$", part(3), re.DOTALL | re.MULTILINE)
    assert all(
        text in (project.folder / "generated/books.py").read_text() for text in shown
    )

    queries.write_text(
        page_files.files("".join(map(part, (3, 4))))["queries/books.sql"]
    )
    for number in (5, 6):
        project.write(page_files.files(part(number)))
    project.follow(part(4))
    project.follow(part(6))

    project.write(page_files.files(part(7)))
    first, second = re.split(r"^Write `page_count`", part(7), flags=re.MULTILINE)
    project.follow(first)
    renamed = re.sub(
        r"(?<=[: .(])pages\b(?=[,)\n ])", "page_count", queries.read_text()
    )
    queries.write_text(renamed)
    project.follow(second)
    for path in ("app/main.py", "tests/test_library.py"):
        file = project.folder / path
        file.write_text(re.sub(r"\bpages=", "page_count=", file.read_text()))
    assert "Success" in project.run("mypy .")
    assert "1 passed" in project.run("pytest")
    subprocess.run(["git", "init", "-q"], cwd=project.folder, check=True)
    project.follow(part(8).replace("$ sqlgen impact", "$ sqlgen impact --help"))


def test_the_service(project: Project) -> None:
    """What the page says that the service answers."""
    project.write(page_files.files(BEFORE))
    project.write({"tests/test_service.py": """
from fastapi.testclient import TestClient


def test_requests(sqlgen_database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", sqlgen_database)
    from app.main import app

    with TestClient(app) as client:
        emma = {"isbn": "1", "title": "Emma", "pages": 474}
        assert client.post("/books", json=emma).status_code == 201
        assert client.post("/books", json=emma).status_code == 409
        assert client.post("/books", json=emma | {"isbn": "2", "pages": 0}).status_code == 422
        assert [b["title"] for b in client.get("/books?title=mm&at_least=400").json()] == ["Emma"]
        assert client.get("/books?at_least=500").json() == []
        assert client.get("/books/lent").json() == []
"""})
    project.run("sqlgen build")
    assert "2 passed" in project.run("pytest")
