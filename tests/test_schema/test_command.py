"""`[tool.sqlgen.schema] command`: another tool makes the schema in the scratch database."""

import json
import sys
from pathlib import Path

import pytest

from sqlgen import build as builds
from sqlgen import database, read
from sqlgen.build.server.server_pool import ServerPool
from sqlgen.database import Server
from sqlgen.database.schema_command import command_environment
from tests.test_schema.projects import QUERY, build, sqlgen, write

# A tool like any other: it reads DATABASE_URL, and the files of a folder.
TOOL = """\
import os, pathlib, sys
import psycopg

assert os.environ["PGDATABASE"].startswith("sqlgen_scratch_"), os.environ["PGDATABASE"]
with psycopg.connect("") as by_variables, psycopg.connect(os.environ["DATABASE_URL"]) as by_url:
    name = "SELECT current_database(), current_user"
    assert by_variables.execute(name).fetchone() == by_url.execute(name).fetchone()
    for file in sorted(pathlib.Path("steps").iterdir()):
        by_url.execute(file.read_text())
with open("runs", "a") as runs:
    runs.write(".")
"""
STEP = "CREATE TABLE book (id int PRIMARY KEY, title text NOT NULL, subtitle text)"


def settings(server: str) -> str:
    return (
        f"[tool.sqlgen]\nserver = '{server}'\n[tool.sqlgen.schema]\n"
        "command = ['python', 'tool.py', '$HOME; exit 1']\nwatch = ['steps/*', 'tool.py']\n"
    )


@pytest.fixture
def project(tmp_path: Path, server: Server) -> Path:
    files = {
        "pyproject.toml": settings(server.conninfo),
        "tool.py": TOOL,
        "steps/1": STEP,
        "queries/books.sql": QUERY,
    }
    return write(tmp_path, files)


def test_a_command_makes_the_schema(project: Path) -> None:
    assert "title: str\n    subtitle: str | None\n" in build(project)
    assert sqlgen(project, "check").exit_code == 0
    write(project, {"steps/2": "ALTER TABLE book ALTER subtitle SET NOT NULL"})
    offline = sqlgen(project, "check", "--offline")
    assert offline.exit_code == 1
    assert "the schema of `python tool.py $HOME; exit 1` was changed" in offline.stderr
    assert sqlgen(project, "check").exit_code == 1
    assert "subtitle: str\n" in build(project)
    assert sqlgen(project, "check", "--offline").exit_code == 0


def test_offline_runs_no_command(project: Path) -> None:
    build(project)
    runs = (project / "runs").read_text()
    assert sqlgen(project, "check", "--offline").exit_code == 0
    assert (project / "runs").read_text() == runs


def test_the_result_is_kept_until_a_watched_file_changes(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.delenv("SQLGEN_NO_CACHE")
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    write(project, {"pyproject.toml": settings("embedded")})
    with ServerPool() as pool:  # one server, since its cluster keeps the result
        for number in range(3):
            text = f"-- name: books_{number} :many\nSELECT id FROM book;\n"
            write(project, {f"queries/more_{number}.sql": text})
            builds.build(read.config(project), pool=pool)
        assert (project / "runs").read_text() == "."
        write(project, {"steps/2": "CREATE TABLE more (a int)"})
        builds.build(read.config(project), pool=pool)
        assert (project / "runs").read_text() == ".."


@pytest.mark.parametrize(
    ("tool", "code", "texts"),
    [
        (
            "import sys\nprint('half', flush=True)\nsys.exit('it broke')",
            1,
            [
                "[schema-command-failed]",
                "ended with status 1, and said:\n  half\n  it broke\n",
            ],
        ),
        ("raise SystemExit(3)", 1, ["ended with status 3\n"]),
        ("", 1, ["[schema-command-empty]", "has left the database empty"]),
        (
            "print('x\\n' * 100_000, 'last \\x1b[31m'); 1 / 0",
            1,
            ["last \\x1b[31m", "ZeroDivisionError: division by zero"],
        ),
    ],
)
def test_a_failure_shows_what_the_command_says(
    project: Path, tool: str, code: int, texts: list[str]
) -> None:
    write(project, {"tool.py": tool})
    result = sqlgen(project, "build")
    assert result.exit_code == code
    for text in texts:
        assert text in result.stderr
    assert len(result.stderr) < 20_000
    assert not (project / "generated").exists()


def test_a_missing_program(project: Path) -> None:
    text = (
        (project / "pyproject.toml").read_text().replace("'python'", "'no-such-tool'")
    )
    write(project, {"pyproject.toml": text})
    result = sqlgen(project, "build")
    assert result.exit_code == 2
    assert "`no-such-tool` cannot be run: No such file or directory" in result.stderr


def test_the_environment_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGSERVICE", "PGHOSTADDR", "PGPASSWORD", "PGOPTIONS", "PGPASSFILE"):
        monkeypatch.setenv(name, "production")
    monkeypatch.setenv("PATH", "/nowhere")
    environment = command_environment(
        "host=h port=7 user=u dbname=d password=p@ss sslmode=require"
    )
    libpq = {k: v for k, v in environment.items() if k.startswith("PG")}
    assert libpq == {
        "PGHOST": "h",
        "PGPORT": "7",
        "PGUSER": "u",
        "PGDATABASE": "d",
        "PGPASSWORD": "p@ss",
        "PGSSLMODE": "require",
    }
    assert environment["DATABASE_URL"] == "postgresql://u:p%40ss@h:7/d?sslmode=require"
    assert environment["PATH"].split(":") == [
        str(Path(sys.executable).parent),
        "/nowhere",
    ]


def test_a_password_in_the_output_is_hidden(tmp_path: Path) -> None:
    from sqlgen.database.schema_command import _last_lines

    output = tmp_path / "output"
    output.write_text("connecting to postgresql://u:p%40ss@h/d\npassword p@ss\n")
    with output.open() as file:
        lines = _last_lines(file.fileno(), "user=u password=p@ss")
    assert lines == ["connecting to postgresql://u:…@h/d", "password …"]


def test_the_search_path_is_the_projects(project: Path) -> None:
    text = (project / "pyproject.toml").read_text()
    text = text.replace("[tool.sqlgen]\n", "[tool.sqlgen]\nsearch_path = ['shop']\n")
    schema = "CREATE SCHEMA shop;" + STEP
    write(project, {"pyproject.toml": text, "steps/1": schema})
    build(project)
    described = sqlgen(project, "describe", "--format", "json")
    (query,) = json.loads(described.stdout)["queries"]
    assert "shop.book.title" in query["reads"]


def test_tests_get_the_schema_of_the_command(project: Path, server: Server) -> None:
    from sqlgen import read
    from sqlgen.testing.project_databases import database_for_test

    write(project, {"rows.sql": "INSERT INTO book VALUES (1, 'Emma', NULL);"})
    script = (project / "tool.py").read_text().replace("sqlgen_scratch_", "sqlgen_")
    write(project, {"tool.py": script})
    config = read.config(project)
    for _ in range(2):
        with database_for_test(
            config, server, fixtures=["rows.sql"], keep=lambda: False
        ) as conninfo:
            import psycopg

            with psycopg.connect(conninfo) as connection:
                rows = connection.execute("SELECT title FROM book").fetchall()
        assert rows == [("Emma",)]
    assert (project / "runs").read_text() == "."
    assert database.is_reachable(server)
