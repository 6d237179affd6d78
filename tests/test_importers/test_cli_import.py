"""`sqlgen import` at the command line: what it prints, and its exit statuses."""

import pytest
from click.testing import CliRunner

from sqlgen.cli.group import main
from tests.test_importers.projects import Project

QUERIES = "-- name: One :one\nSELECT 1 AS one;\n-- name: Last :execlastid\nSELECT 1;"
SQLC = 'version: "1"\npackages: [{queries: sql, schema: dump.sql, name: "\\u001b[2Jx"}]'


def test_what_is_printed(project: Project) -> None:
    root = project(
        {"app/sql/a.sql": QUERIES, "app/sqlc.yaml": SQLC, "app/dump.sql": ""}
    )
    run = CliRunner().invoke(main, ["-C", str(root), "import", "sqlc", "app"])
    assert run.exit_code == 0, run.output
    assert run.stdout == (
        "wrote queries/a.sql: 1 query\nimported 1 of 2 queries\n\nadd to pyproject.toml:\n\n"
        '[tool.sqlgen]\nschema = "app/dump.sql"\n\nnext: `sqlgen init`, then `sqlgen build`\n'
    )
    assert "warning[not-imported]" in run.stderr
    assert "app/sql/a.sql:3:1" in run.stderr


def test_exit_statuses(project: Project) -> None:
    root = project({"a.sql": QUERIES, "empty/a.txt": ""})

    def status(*arguments: str) -> int:
        return (
            CliRunner().invoke(main, ["-C", str(root), "import", *arguments]).exit_code
        )

    assert status("sqlc", "nowhere") == 2
    assert status("other", ".") == 2
    assert status("sqlc", "empty") == 2
    assert status("sqlc", ".", "--output", "../elsewhere") == 2
    assert status("sqlc", "a.sql") == 0
    (root / "queries/a.sql").write_text("-- mine")
    assert status("sqlc", "a.sql") == 1
    assert status("sqlc", "a.sql", "--output", "other") == 0
    assert (root / "other/a.sql").exists()


def test_the_output_of_a_configured_project(project: Project) -> None:
    root = project(
        {"pyproject.toml": '[tool.sqlgen]\nqueries = "sql"\n', "in/a.sql": QUERIES}
    )
    run = CliRunner().invoke(main, ["-C", str(root / "in"), "import", "sqlc"])
    assert "wrote sql/a.sql" in run.stdout
    broken = project({"pyproject.toml": "[tool.sqlgen]\nmode = 3\n"})
    assert (
        CliRunner().invoke(main, ["-C", str(broken), "import", "sqlc"]).exit_code == 2
    )


PACKAGE = '[tool.sqlgen]\nschema = "dump.sql"\n'
NAMES = '\n[tool.sqlgen.names]\n"books" = "Book"\n'
EMBED = "-- name: a :many\nSELECT sqlc.embed(books) FROM books;"


@pytest.mark.parametrize(
    ("configuration", "printed"),
    [
        ("", f"\nadd to pyproject.toml:\n\n{PACKAGE}{NAMES}\nnext: `sqlgen init`"),
        (
            "[tool.sqlgen]\n",
            f"\nadd to pyproject.toml, to the tables that are there:\n\n{PACKAGE}{NAMES}\nnext: `sqlgen build`",
        ),
        (PACKAGE, f"\nadd to pyproject.toml:\n{NAMES}\nnext: `sqlgen build`"),
        (
            PACKAGE + "[tool.sqlgen.names]\na = 'B'\n",
            f"\nadd to pyproject.toml, to the tables that are there:\n{NAMES}\nnext: `sqlgen build`",
        ),
        (PACKAGE + NAMES, "imported 1 of 1 query\nnext: `sqlgen build`"),
    ],
)
def test_settings_that_are_there_are_not_asked_for(
    project: Project, configuration: str, printed: str
) -> None:
    files = {
        "sql/a.sql": EMBED,
        "sqlc.yaml": 'version: "1"\npackages: [{queries: sql, schema: dump.sql, name: a}]',
        "dump.sql": "CREATE TABLE books (id int);",
    }
    root = project(files | {"pyproject.toml": configuration})
    run = CliRunner().invoke(main, ["-C", str(root), "import", "sqlc", "."])
    assert run.exit_code == 0, run.output
    assert printed in run.stdout


def test_the_schema_of_a_project_elsewhere_is_copied(project: Project) -> None:
    root = project({"shop/a.sql": QUERIES, "shop/dump.sql": "", "mine/a.txt": ""})
    (root / "shop/sqlc.yaml").write_text(
        'version: "1"\npackages: [{queries: a.sql, schema: dump.sql, name: a}]'
    )
    mine = ["-C", str(root / "mine"), "import", "sqlc"]
    run = CliRunner().invoke(main, [*mine, "../shop"])
    assert (
        'schema = "dump.sql"\n\ncopy the files that these lines name from `../shop` into this project\n'
        in run.stdout
    )
    without = CliRunner().invoke(main, [*mine, "../shop/a.sql"])
    assert "copy" not in without.stdout
