"""`sqlgen docs`, on this repository's own project."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from sqlgen.cli import main
from sqlgen.database import Server

ROOT = Path(__file__).parents[1]


@pytest.fixture
def project(tmp_path: Path, newest_server: Server) -> Path:
    for name in ("migrations", "queries"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "pyproject.toml").write_text(
        f'[tool.sqlgen]\nserver = "{newest_server.conninfo}"\n'
    )
    return tmp_path


def test_pages_are_written_once(project: Path) -> None:
    arguments = ["-C", str(project), "docs"]
    run = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert run.exit_code == 0, run.stderr
    assert run.stdout.startswith("sqlgen-pages/index.html: ")
    assert run.stdout.endswith(" created\n")
    assert "list_allergies" in (project / "sqlgen-pages/index.html").read_text()
    again = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert again.stdout == "sqlgen-pages/index.html: current\n"
    titled = CliRunner().invoke(main, [*arguments, "--title", "The clinic"])
    assert " updated" in titled.stdout
    assert "The clinic" in (project / "sqlgen-pages/index.html").read_text()


def test_plans_are_shown_if_asked_for(project: Path) -> None:
    arguments = ["-C", str(project), "docs", "--output", "site"]
    page = project / "site/queries/generated.appointments.next_appointment_at.html"
    CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert "appointments_patient_idx" not in page.read_text()
    run = CliRunner().invoke(main, [*arguments, "--plans"], catch_exceptions=False)
    assert run.exit_code == 0, run.stderr
    assert "appointments_patient_idx" in page.read_text()
    unserved = [
        file
        for file in (project / "site/queries").iterdir()
        if "no index of" in file.read_text()
    ]
    assert unserved


def test_a_query_that_postgresql_refuses_is_reported_and_nothing_is_written(
    project: Path,
) -> None:
    (project / "queries/wrong.sql").write_text(
        "-- name: wrong :one\nSELECT no_column;\n"
    )
    run = CliRunner().invoke(main, ["-C", str(project), "docs", "--output", "site"])
    assert run.exit_code == 1
    assert "queries/wrong.sql:2:8" in run.stderr
    assert not (project / "site").exists()


def test_a_folder_of_sources_is_refused(project: Path) -> None:
    run = CliRunner().invoke(main, ["-C", str(project), "docs", "--output", "queries"])
    assert run.exit_code == 2
    assert "pages-among-sources" in run.stderr


def test_one_thing_is_counted_as_one(tmp_path: Path, newest_server: Server) -> None:
    files = {
        "pyproject.toml": f'[tool.sqlgen]\nserver = "{newest_server.conninfo}"\n',
        "migrations/1_pets.sql": "CREATE TABLE pets (id int);",
        "queries/pets.sql": "-- name: pets :many\nSELECT id FROM pets;",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    arguments = ["-C", str(tmp_path), "docs"]
    run = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert run.exit_code == 0, run.stderr
    page = (tmp_path / "sqlgen-pages/index.html").read_text()
    assert (
        "1 query in 1 module, 1 table or view, 0 types, 0 functions and procedures."
        in page
    )
