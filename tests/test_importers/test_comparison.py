"""`sqlgen import … --compare`: the verdicts of sqlc and SQLx beside those of sqlgen."""

import json
import re
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from sqlgen import build, parse, read
from sqlgen.cli.group import main
from sqlgen.database import Server
from sqlgen.importers import import_project
from sqlgen.importers.comparison import compared_columns, comparison_text
from tests.test_importers.projects import Project

SCHEMA = """
CREATE TABLE owners (id int PRIMARY KEY, name text NOT NULL, email text);
CREATE TABLE pets (id int PRIMARY KEY, owner_id int NOT NULL REFERENCES owners, name text NOT NULL);
"""
SQLC = {
    "sqlc.json": json.dumps(
        {
            "version": "2",
            "sql": [
                {
                    "schema": "schema.sql",
                    "queries": "sql",
                    "engine": "postgresql",
                    "gen": {"json": {"out": "gen"}},
                }
            ],
        }
    ),
    "schema.sql": SCHEMA,
    "sql/pets.sql": """
-- name: ListOwners :many
SELECT o.id, o.name, o.email, p.name AS pet FROM owners o LEFT JOIN pets p ON p.owner_id = o.id;

-- name: ListPets :many
SELECT sqlc.embed(pets), owners.name FROM pets JOIN owners ON owners.id = pets.owner_id;

-- name: Addresses :many
SELECT email FROM owners WHERE email IS NOT NULL;

-- name: Longest :one
SELECT max(length(name)) AS longest, count(*) AS number FROM owners;

-- name: Sum :one
SELECT (SELECT p.name FROM pets p WHERE p.id = $1) AS pet, coalesce(max(email), '') AS email FROM owners;
""",
}
DIFFERENCES = {
    # The column: whether it may be NULL for sqlc, and for sqlgen.
    ("addresses", "email"): (True, False),
    ("sum", "email"): (True, False),
    # sqlc takes these for non-null, though there may be no owner and no pet.
    ("longest", "longest"): (False, True),
    ("sum", "pet"): (False, True),
}


def sqlc(root: Path) -> None:
    """Run the real sqlc in a project."""
    program = Path(sys.executable).with_name("sqlc")
    subprocess.run([program, "generate"], cwd=root, check=True, capture_output=True)


def test_the_verdicts_of_sqlc(project: Project, server: Server) -> None:
    root = project(SQLC)
    sqlc(root)
    settings = f'[tool.sqlgen]\nschema = "schema.sql"\nserver = "{server.conninfo}"\n'
    (root / "pyproject.toml").write_text(settings)
    result = import_project(root, "sqlc", ".", output=None, force=False)
    described, errors = build.describe_queries(read.config(root))
    assert errors == ()
    columns = compared_columns(result.verdicts, [one.query for one in described])
    assert len(columns) == 10
    assert {
        (c.query, c.column): (c.theirs, c.ours) for c in columns if c.theirs != c.ours
    } == DIFFERENCES


def prepared(text: str, columns: dict[str, bool | None]) -> str:
    names = [
        {"ordinal": n, "name": name, "type_info": "Text"}
        for n, name in enumerate(columns)
    ]
    described = {
        "columns": names,
        "parameters": {"Left": []},
        "nullable": [*columns.values()],
    }
    return json.dumps(
        {"db_name": "PostgreSQL", "query": text, "describe": described, "hash": "0"}
    )


def test_the_verdicts_of_sqlx(project: Project, newest_server: Server) -> None:
    """Check them at the command line; a mark in a column's name is SQLx's verdict."""
    left = 'SELECT o.id AS "id!: i32", o.email, p.name AS "pet?" FROM owners o LEFT JOIN pets p ON p.owner_id = o.id'
    count = (
        "SELECT count(*) AS n, max(email) AS last FROM owners WHERE email IS NOT NULL"
    )
    root = project(
        {
            "src/pets.rs": f'fn all() {{ query!(r#"{left}"#) }}\nfn number() {{ query!("{count}") }}',
            ".sqlx/query-1.json": prepared(
                left, {"id!: i32": True, "email": True, "pet?": False}
            ),
            ".sqlx/query-2.json": prepared(count, {"n": None, "last": None}),
            ".sqlx/query-3.json": prepared(
                "SELECT name FROM owners", {"name": False, "more": True}
            ),
            "migrations/1_create.sql": SCHEMA,
            "pyproject.toml": f'[tool.sqlgen]\nserver = "{newest_server.conninfo}"\n',
        }
    )
    run = CliRunner().invoke(main, ["-C", str(root), "import", "sqlx", "--compare"])
    assert run.exit_code == 0, run.output
    table = run.stdout.partition("\n\n")[2]
    assert table == (
        "number.n  sqlx: may be NULL  sqlgen: never NULL (`count` never gives NULL)\n"
        "4 of 5 columns have the same nullability in sqlx and sqlgen\n"
    )


def test_without_verdicts() -> None:
    assert comparison_text("sqlc", {}, []) == "no verdicts of sqlc to compare with"


def test_a_project_without_a_schema_is_not_compared(project: Project) -> None:
    root = project({"src/a.rs": 'fn a() { query!("SELECT 1 AS one") }'})
    run = CliRunner().invoke(main, ["-C", str(root), "import", "sqlx", "--compare"])
    assert run.exit_code == 2
    assert "no-configuration" in run.stderr
    assert not (root / "queries").exists()


def test_errors_of_queries_are_told(project: Project, newest_server: Server) -> None:
    root = project(
        {
            "src/a.rs": 'fn a() { query!("SELECT nothing FROM owners") }',
            "migrations/1_create.sql": SCHEMA,
            "pyproject.toml": f'[tool.sqlgen]\nserver = "{newest_server.conninfo}"\n',
        }
    )
    run = CliRunner().invoke(main, ["-C", str(root), "import", "sqlx", "--compare"])
    assert run.exit_code == 1
    assert "error[42703]" in run.stderr
    assert "no verdicts of sqlx" in run.stdout


def test_files_of_verdicts_that_are_none(project: Project) -> None:
    for text in ("{", "[]", '{"queries": 3}', '{"queries": [1, {"columns": [2, {}]}]}'):
        root = project({**SQLC, "gen/codegen_request.json": text})
        result = import_project(root, "sqlc", ".", output=None, force=True)
        assert result.verdicts == {}


EMBEDDED = """
-- name: Both :many
SELECT sqlc.embed(p), sqlc.embed(o) FROM pets p JOIN owners AS o ON o.id = p.owner_id;

-- name: Twins :many
SELECT sqlc.embed(a), sqlc.embed(b), a.id FROM pets a JOIN pets b ON a.id < b.id;

-- name: Chosen :many
SELECT o.name AS owner, sqlc.embed(o) FROM owners o;
"""


def test_fields_of_embedded_rows_are_called_as_in_go(project: Project) -> None:
    go = {"package": "db", "out": "go", "sql_package": "pgx/v5"}
    configuration = json.loads(SQLC["sqlc.json"])
    configuration["sql"][0]["gen"] = {"go": go}
    files = {**SQLC, "sqlc.json": json.dumps(configuration), "sql/pets.sql": EMBEDDED}
    root = project(files)
    subprocess.run([sys.executable, "-m", "sqlc", "generate"], cwd=root, check=True)
    code = (root / "go/pets.sql.go").read_text()
    structs = re.findall(r"type \w+Row struct \{\n(.*?)\}", code, re.DOTALL)
    theirs = [
        [parse.snake_case(line.split()[0]) for line in struct.splitlines()]
        for struct in structs
    ]
    import_project(root, "sqlc", ".", output=None, force=False)
    ours = re.findall(r"SELECT (.*?) FROM", (root / "queries/pets.sql").read_text())
    names = [
        [re.sub(r".*(?: AS |\.)", "", column) for column in columns.split(", ")]
        for columns in ours
    ]
    assert sorted(names) == sorted(theirs)
