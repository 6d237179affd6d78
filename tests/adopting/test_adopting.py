"""Projects of Alembic and Django: each is built as it stands, and its own tests run with the result."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sqlgen.cli.group import main
from sqlgen.database import Server

ROOT = Path(__file__).parents[2]
PROJECTS = ("library_fastapi", "shop_django")


@pytest.fixture
def project(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    monkeypatch.setenv("SQLGEN_SERVER_URL", server.conninfo)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/production")
    source = Path(__file__).parent / request.param
    return shutil.copytree(source, tmp_path / "project")


def sqlgen(project: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["-C", str(project), *arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("project", PROJECTS, indirect=True)
def test_a_project_of_another_tool(project: Path) -> None:
    sqlgen(project, "build")
    sqlgen(project, "check")
    sqlgen(project, "check", "--offline")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "sqlgen.testing.plugin", "checks"],
        cwd=project,
        env=os.environ
        | {"PYTHONPATH": str(project), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("project", ["library_fastapi"], indirect=True)
def test_models_make_the_schema(project: Path) -> None:
    """SQLAlchemy's `create_all`, without migrations."""
    (project / "pyproject.toml").write_text(
        '[tool.sqlgen.schema]\ncommand = ["python", "create.py"]\nwatch = ["app/models.py"]\n'
    )
    (project / "create.py").write_text(
        "import os\nfrom sqlalchemy import create_engine\nfrom app.models import Base\n"
        'url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")\n'
        "Base.metadata.create_all(create_engine(url))\n"
    )
    (project / "queries/loans.sql").write_text(
        "-- name: find_book :optional\nSELECT id, title, subtitle FROM book WHERE id = :id;\n"
    )
    sqlgen(project, "build")
    module = (project / "generated/loans.py").read_text()
    assert "title: str\n    subtitle: str | None\n" in module


REVISION = """\
from alembic import op

revision, down_revision = "1", None


def upgrade():
    op.execute("CREATE TABLE book (id int PRIMARY KEY, title text, subtitle text)")
"""


def test_the_lines_for_what_alembic_init_writes(
    tmp_path: Path, newest_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQLGEN_SERVER_URL", newest_server.conninfo)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    alembic = [sys.executable, "-m", "alembic", "init", "alembic"]
    subprocess.run(alembic, cwd=tmp_path, check=True, capture_output=True)
    page = (ROOT / "docs/adopting.md").read_text()
    section = page.partition("\n## Alembic\n")[2].partition("\n## ")[0]
    [lines] = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    [below] = re.findall(r"Below `(.+?)`, add", section)
    environment = tmp_path / "alembic/env.py"
    text = environment.read_text()
    assert f"\n{below}\n" in text
    environment.write_text(
        "import os\n" + text.replace(f"\n{below}\n", f"\n{below}\n{lines}")
    )
    (tmp_path / "alembic/versions/1.py").write_text(REVISION)
    assert "the schema comes from Alembic" in sqlgen(tmp_path, "init")
    sqlgen(tmp_path, "build")
    (tmp_path / "queries/books.sql").write_text(
        re.findall(r"```sql\n(.*?)```", page, re.DOTALL)[0]
    )
    sqlgen(tmp_path, "build")
    assert "def find_book(" in (tmp_path / "generated/books.py").read_text()
