"""`sqlgen init` in projects that have their schema from another tool."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sqlgen.database import Server
from tests.test_schema.projects import sqlgen, write
from tests.test_schema.test_foreign_folders import BOOK, FOLDERS

ADOPTING = Path(__file__).parent.parent / "adopting"


def settings(project: Path) -> Any:
    return tomllib.loads((project / "pyproject.toml").read_text())["tool"]["sqlgen"]


@pytest.fixture(autouse=True)
def _server(newest_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLGEN_SERVER_URL", newest_server.conninfo)


@pytest.mark.parametrize(
    ("name", "tool", "schema"),
    [
        (
            "library_fastapi",
            "Alembic",
            {
                "command": ["alembic", "upgrade", "head"],
                "watch": ["alembic/**/*.py", "alembic.ini"],
            },
        ),
        (
            "shop_django",
            "Django",
            {
                "command": ["python", "manage.py", "migrate"],
                "watch": ["*/migrations/*.py", "shop/settings.py"],
            },
        ),
    ],
)
def test_a_tool_is_found(
    tmp_path: Path, name: str, tool: str, schema: dict[str, list[str]]
) -> None:
    project = shutil.copytree(ADOPTING / name, tmp_path / "project")
    (project / "pyproject.toml").write_text('[project]\nname = "mine"\n')
    shutil.rmtree(project / "queries")
    result = sqlgen(project, "init")
    assert f"the schema comes from {tool}" in result.stdout
    assert "first:" not in result.stdout
    assert settings(project)["schema"] == schema
    assert not (project / "migrations").exists()
    built = sqlgen(project, "build")
    assert built.exit_code == 0, built.output
    assert "def server_version(" in (project / "generated/first.py").read_text()
    again = sqlgen(project, "init")
    assert again.stdout == "nothing to do: this is a sqlgen project already\n"


@pytest.mark.parametrize(
    ("files", "watch"),
    [
        (
            {
                "pyproject.toml": (
                    '[tool.alembic]\nscript_location = "%(here)s/alembic"\n'
                    'version_locations = ["%(here)s/more", "%(here)s/alembic/versions"]\n'
                    'prepend_sys_path = ["."]\n'
                ),
                "more/3.py": (
                    "revision, down_revision = 'm', '0002'\ndef upgrade(): pass\n"
                ),
            },
            ["alembic/**/*.py", "more/*.py", "pyproject.toml"],
        ),
        # `alembic init --template pyproject` makes both files.
        (
            {
                "pyproject.toml": "[tool.alembic]\nscript_location = 'alembic'\n",
                "alembic.ini": "[alembic]\nprepend_sys_path = .\n",
            },
            ["alembic/**/*.py", "alembic.ini", "pyproject.toml"],
        ),
        (
            {
                "alembic.ini": (
                    "[alembic]\nscript_location: alembic\nversion_path_separator = :\n"
                    "version_locations = one:%(here)s/two\n    three\n"
                ),
                **dict.fromkeys(["one/1.py", "two/2.py", "three/3.py"], ""),
            },
            [
                *("alembic/**/*.py", "one/*.py", "two/*.py", "three/*.py"),
                "alembic.ini",
            ],
        ),
    ],
)
def test_the_configuration_of_alembic_is_in_either_file(
    tmp_path: Path, files: dict[str, str], watch: list[str]
) -> None:
    project = shutil.copytree(ADOPTING / "library_fastapi", tmp_path / "project")
    (project / "pyproject.toml").unlink()
    (project / "alembic.ini").unlink()
    (project / "alembic/versions/__init__.py").touch()
    write(project, files)
    result = sqlgen(project, "init")
    assert "the schema comes from Alembic" in result.stdout
    assert settings(project)["schema"]["watch"] == watch
    if "one/1.py" not in files:
        assert sqlgen(project, "build").exit_code == 0


def test_a_tool_that_reads_no_environment(tmp_path: Path) -> None:
    project = shutil.copytree(ADOPTING / "shop_django", tmp_path / "project")
    (project / "pyproject.toml").unlink()
    (project / "shop/settings.py").write_text('DATABASES = {"default": {}}\n')
    result = sqlgen(project, "init")
    assert (
        "first: shop/settings.py must take the database from DATABASE_URL"
        in result.stdout
    )


@pytest.mark.parametrize("tool", FOLDERS)
def test_a_folder_is_found(tmp_path: Path, tool: str) -> None:
    write(tmp_path, {f"db/migrations/{k}": v for k, v in FOLDERS[tool].items()})
    result = sqlgen(tmp_path, "init")
    assert f"the schema comes from {tool.partition(' with ')[0]}" in result.stdout
    assert settings(tmp_path)["schema"] == "db/migrations"
    assert sqlgen(tmp_path, "build").exit_code == 0


@pytest.mark.parametrize("path", ["db/schema.sql", "structure.sql"])
def test_a_dump_is_found(tmp_path: Path, path: str) -> None:
    write(tmp_path, {path: BOOK})
    assert "the schema comes from a dump" in sqlgen(tmp_path, "init").stdout
    assert settings(tmp_path)["schema"] == path
    assert sqlgen(tmp_path, "build").exit_code == 0


def test_migrations_of_our_form_are_ours(tmp_path: Path) -> None:
    write(tmp_path, {"migrations/0001_book.up.sql": BOOK})
    assert "the schema comes from" not in sqlgen(tmp_path, "init").stdout
    assert settings(tmp_path)["migrations"] == "migrations"


def test_names_of_folders_are_text(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "alembic.ini": '[alembic]\nscript_location = a"\\b\n',
            'a"\\b/env.py': "DATABASE_URL",
        },
    )
    sqlgen(tmp_path, "init")
    assert settings(tmp_path)["schema"]["watch"][0] == 'a"\\b/**/*.py'


SQLX = {"migrations/20240101120000_book.up.sql": BOOK}
COMMAND = {
    "create.py": (
        "import os, psycopg\n"
        "with psycopg.connect(os.environ['DATABASE_URL']) as connection:\n"
        "    connection.execute('CREATE TABLE book (id int)')\n"
    ),
    "pyproject.toml": (
        "[tool.sqlgen.schema]\ncommand = ['python', 'create.py']\nwatch = ['create.py']\n"
    ),
}


@pytest.mark.parametrize("files", [SQLX, COMMAND])
def test_a_project_that_has_its_tables_builds(
    tmp_path: Path, files: dict[str, str]
) -> None:
    write(tmp_path, files)
    assert sqlgen(tmp_path, "init").exit_code == 0
    built = sqlgen(tmp_path, "build")
    assert (built.exit_code, built.stderr) == (0, ""), built.output
    assert "def server_version(" in (tmp_path / "generated/first.py").read_text()


def test_queries_without_tables(tmp_path: Path) -> None:
    write(tmp_path, {"queries/a.sql": "-- name: a :one\nSELECT 1 AS one;\n"})
    printed = sqlgen(tmp_path, "init").stdout
    assert "created pyproject.toml\nfirst: write the tables as a migration" in printed
    assert "migrate up" not in printed
    assert sqlgen(tmp_path, "migrate", "new", "create_tables").exit_code == 0
    assert sqlgen(tmp_path, "build").exit_code == 0


def test_a_file_that_was_there_is_updated(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": '[project]\nname = "a"\n'})
    assert sqlgen(tmp_path, "init").stdout.startswith("updated pyproject.toml\n")
