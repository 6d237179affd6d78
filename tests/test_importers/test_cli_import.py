"""`sqlgen import` at the command line: what it prints, and its exit statuses."""

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
        '[tool.sqlgen]\nschema = "app/dump.sql"\n\nnext: `sqlgen build`\n'
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
