"""`sqlgen import` at the command line: what it prints, and its exit statuses."""

import pytest
from click.testing import CliRunner

from sqlgen import read
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
        'schema = "dump.sql"\n\nfirst: copy `dump.sql` from `../shop` into this project\n'
        in run.stdout
    )
    without = CliRunner().invoke(main, [*mine, "../shop/a.sql"])
    assert "copy" not in without.stdout


DBMATE = "-- migrate:up\nCREATE TABLE a (b int);\n-- migrate:down\n"
ELSEWHERE = {
    # A file of the other project: the tool, what is to be copied, and the settings.
    "migrations/1_a.sql": ("sqlx", "migrations", 'migrations = "migrations"'),
    "db/migrations/1_a.sql": ("pgtyped", "db/migrations", 'schema = "db/migrations"'),
    "schema.sql": ("aiosql", "schema.sql", 'schema = "schema.sql"'),
}


@pytest.mark.parametrize("file", ELSEWHERE)
def test_the_schema_is_looked_for_in_a_project_elsewhere(
    project: Project, file: str
) -> None:
    tool, copied, settings = ELSEWHERE[file]
    query = "-- name: one\n" if tool == "aiosql" else "/* @name one */"
    root = project(
        {
            "shop/a.sql": f"{query}\nSELECT 1 AS one;",
            "shop/a.rs": 'fn one() { query!("SELECT 1 AS one").fetch_one(&db) }',
            f"shop/{file}": DBMATE if file.startswith("db/") else "SELECT 1;",
            "mine/a.txt": "",
        }
    )
    mine = ["-C", str(root / "mine"), "import", tool, "../shop"]
    printed = CliRunner().invoke(main, mine).stdout
    assert f"[tool.sqlgen]\n{settings}\n" in printed
    run = CliRunner().invoke(main, [*mine, "--write", "--force"])
    assert run.exit_code == 0, run.output
    assert f"first: copy `{copied}` from `../shop` into this project" in run.stdout
    assert settings in (root / "mine/pyproject.toml").read_text()
    # Once this project has tables of its own, nothing is said of the others.
    (root / "mine/pyproject.toml").write_text("[tool.sqlgen]\n")
    (root / "mine/migrations").mkdir()
    assert "copy" not in CliRunner().invoke(main, [*mine, "--force"]).stdout


WRITTEN = {
    # What pyproject.toml has before, and after.
    "nothing": (None, None),
    "another tool's settings": ("[tool.other]\na = 1", None),
    "the table": (
        '[tool.sqlgen]  # ours\nmode = "async"\n',
        f'[tool.sqlgen]  # ours\nschema = "dump.sql"\nmode = "async"\n{NAMES}',
    ),
    "a part of it": (
        f'{PACKAGE}\n[ tool . sqlgen . names ]\na = "B"',
        f'{PACKAGE}\n[ tool . sqlgen . names ]\n"books" = "Book"\na = "B"',
    ),
    "all of it": (PACKAGE + NAMES, PACKAGE + NAMES),
}
BOOKS = {
    "sql/a.sql": EMBED,
    "sqlc.yaml": 'version: "1"\npackages: [{queries: sql, schema: dump.sql, name: a}]',
    "dump.sql": "CREATE TABLE books (id int);",
}


@pytest.mark.parametrize(("before", "after"), WRITTEN.values(), ids=list(WRITTEN))
def test_settings_are_written(
    project: Project, before: str | None, after: str | None
) -> None:
    root = project(BOOKS | ({"pyproject.toml": before} if before else {}))
    run = CliRunner().invoke(main, ["-C", str(root), "import", "sqlc", "--write"])
    assert run.exit_code == 0, run.output
    verb = "created" if before is None else "kept" if after == before else "updated"
    assert f"\n{verb} pyproject.toml\nnext: `sqlgen build`\n" in run.stdout
    text = (root / "pyproject.toml").read_text()
    if after is not None:
        assert text == after
    assert text.startswith(before or "[tool.sqlgen]\n") or after is not None
    config = read.config(root)
    assert config.schema
    assert (config.schema.dump, config.queries) == ("dump.sql", "queries")
    assert config.class_names["books"] == "Book"
    again = CliRunner().invoke(main, ["-C", str(root), "import", "sqlc", "--write"])
    assert "\nkept pyproject.toml\n" in again.stdout
    assert (root / "pyproject.toml").read_text() == text


@pytest.mark.parametrize(
    "before",
    [
        '[tool.sqlgen]\nschema = "mine.sql"\n',
        '[tool]\nsqlgen = {mode = "sync"}\n',
        '[tool.sqlgen]\nnames = {"books" = "Tome"}\n',
    ],
)
def test_settings_that_are_there_are_never_overwritten(
    project: Project, before: str
) -> None:
    root = project(BOOKS | {"pyproject.toml": before})
    run = CliRunner().invoke(main, ["-C", str(root), "import", "sqlc", "--write"])
    assert run.exit_code == 0, run.output
    assert "\nadd to pyproject.toml" in run.stdout
    assert (root / "pyproject.toml").read_text() == before


def test_a_project_elsewhere_with_an_output(project: Project) -> None:
    root = project({"shop/sql/a.sql": QUERIES, "mine/migrations/1_a.sql": ""})
    mine = ["-C", str(root / "mine"), "import", "sqlc", "../shop/sql"]
    run = CliRunner().invoke(main, [*mine, "--output", "app/sql", "--write"])
    assert run.exit_code == 0, run.output
    config = read.config(root / "mine")
    assert (config.queries, config.migrations) == ("app/sql", "migrations")


def test_a_project_without_tables_is_told_where_to_begin(project: Project) -> None:
    root = project({"in/a.sql": "-- name: one\nSELECT 1 AS one;"})
    run = CliRunner().invoke(
        main, ["-C", str(root), "import", "aiosql", "in", "--write"]
    )
    assert run.exit_code == 0, run.output
    assert (
        "created pyproject.toml\nfirst: write the tables as a migration" in run.stdout
    )


def test_nothing_is_written_if_a_file_exists(project: Project) -> None:
    root = project(BOOKS | {"queries/a.sql": "-- mine"})
    run = CliRunner().invoke(main, ["-C", str(root), "import", "sqlc", "--write"])
    assert run.exit_code == 1
    assert not (root / "pyproject.toml").exists()
