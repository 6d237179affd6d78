"""Several databases in one repository: a configuration for each."""

from pathlib import Path

import pytest

from sqlgen import read
from sqlgen.database import Server
from tests.test_schema.projects import QUERY, sqlgen, write


@pytest.fixture
def project(
    tmp_path: Path, newest_server: Server, monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.setenv("SQLGEN_SERVER_URL", newest_server.conninfo)
    return write(
        tmp_path,
        {
            "pyproject.toml": "[tool.sqlgen]\n",
            "migrations/1_book.sql": "CREATE TABLE book (id int, title text, subtitle text);",
            "queries/books.sql": QUERY,
            "billing.toml": (
                "[tool.sqlgen]\nmigrations = 'billing/migrations'\nqueries = 'billing/queries'\n"
                "output = 'billing_db'\n[tool.sqlgen.columns]\n'bill.nothing' = 'str'\n"
            ),
            "billing/migrations/1_bill.sql": "CREATE TABLE bill (id int PRIMARY KEY);",
            "billing/queries/bills.sql": "-- name: bills :many\nSELECT id FROM bill;\n",
        },
    )


def test_each_configuration_has_its_own_output(project: Path) -> None:
    assert sqlgen(project, "build").exit_code == 0
    billing = sqlgen(project, "--config", "billing.toml", "build")
    assert billing.exit_code == 0, billing.output
    assert "billing.toml:6:1" in billing.stderr
    assert (project / "generated/books.py").exists()
    assert (project / "billing_db/bills.py").exists()
    assert not (project / "generated/bills.py").exists()
    for arguments in ([], ["--config", "billing.toml"]):
        assert sqlgen(project, *arguments, "check").exit_code == 0
        assert sqlgen(project, *arguments, "check", "--offline").exit_code == 0


def test_an_error_names_the_file(project: Path) -> None:
    write(project, {"billing.toml": "[tool.sqlgn]\n"})
    result = sqlgen(project, "--config", "billing.toml", "build")
    assert result.exit_code == 2
    assert "billing.toml has `[tool.sqlgn]`" in result.stderr
    write(project, {"billing.toml": ""})
    result = sqlgen(project, "--config", "billing.toml", "build")
    assert "billing.toml has no `[tool.sqlgen]`" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "missing.toml", "build"], "`missing.toml` is not a file"),
        (["--config", "billing.toml", "init"], "`init` takes no `--config`"),
    ],
)
def test_wrong_usage(project: Path, arguments: list[str], message: str) -> None:
    result = sqlgen(project, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_project_without_pyproject(project: Path) -> None:
    (project / "pyproject.toml").rename(project / "sqlgen.toml")
    assert read.config(project / "queries").file == "sqlgen.toml"
    assert sqlgen(project, "build").exit_code == 0


def test_pyproject_comes_first(project: Path) -> None:
    write(project, {"sqlgen.toml": (project / "billing.toml").read_text()})
    assert read.config(project).output == "generated"
    write(project, {"pyproject.toml": "[project]\n"})
    assert read.config(project).output == "billing_db"
