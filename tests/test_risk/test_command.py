"""`sqlgen migrate risk`, and what `verify` shows of it."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from psycopg.conninfo import make_conninfo

from sqlgen import database
from sqlgen.cli.group import main

FILES = {
    "pyproject.toml": "[tool.sqlgen]\n",
    "migrations/0001_items.up.sql": "CREATE TABLE items (id int PRIMARY KEY, name text);\n",
    "migrations/0001_items.down.sql": "DROP TABLE items;\n",
    "queries/items.sql": (
        "-- name: count_items :one\nSELECT count(*) FROM items;\n"
        "-- name: add_item :exec\nINSERT INTO items (id) VALUES (:id);\n"
    ),
}
INDEX = {
    "migrations/0002_index.up.sql": "-- By name.\nCREATE INDEX ON items (name);\n",
    "migrations/0002_index.down.sql": "DROP INDEX items_name_idx;\n",
}
COLUMN = {
    "migrations/0003_price.up.sql": "ALTER TABLE items ADD price int;\n",
    "migrations/0003_price.down.sql": "ALTER TABLE items DROP price;\n",
}

Run = Callable[..., Result]
MESSAGE = """\
warning[blocking-index]: the index `items_name_idx` of `items` is built: writes wait until that is done
  waiting: `add_item`
 --> migrations/0002_index.up.sql:2:1
  |
2 | CREATE INDEX ON items (name);
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SHARE on `items`
  |
  = hint: use `CREATE INDEX CONCURRENTLY` in a migration of its own, with `-- no-transaction` as its first line
"""


def write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(
        ["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True
    )


@pytest.fixture
def run(tmp_path: Path, newest_server: database.Server) -> Run:
    write(tmp_path, FILES)
    environment = {"SQLGEN_SERVER_URL": newest_server.conninfo, "DATABASE_URL": None}

    def run(*arguments: str, **variables: str) -> Result:
        result = CliRunner().invoke(
            main,
            ["-C", str(tmp_path), "migrate", *arguments],
            env={**environment, **variables},
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_a_named_file(tmp_path: Path, run: Run) -> None:
    write(tmp_path, INDEX | COLUMN)
    for name in ("2", "0002_index.up.sql", "migrations/0002_index.up.sql"):
        result = run("risk", name)
        assert (result.exit_code, result.stderr) == (1, MESSAGE)
        assert result.stdout == "1 migration: 1 risk\n"
    path = str(tmp_path / "migrations/0002_index.up.sql")
    assert run("risk", path, "3").stdout == (
        "migrations/0003_price.up.sql:1  items  ACCESS EXCLUSIVE  reads and writes wait for a moment\n"
        "2 migrations: 1 risk\n"
    )
    result = run("risk", "0002_indx.up.sql")
    assert result.exit_code == 2
    assert "error[no-such-migration]" in result.stderr
    assert "`0002_index.up.sql`" in result.stderr
    assert run("risk", "2", "--all").exit_code == 2


def test_down_files(tmp_path: Path, run: Run) -> None:
    wider = {
        "migrations/0004_wider.up.sql": "ALTER TABLE items ALTER price TYPE bigint;\n",
        "migrations/0004_wider.down.sql": "-- Back.\nALTER TABLE items ALTER price TYPE int;\n",
    }
    write(tmp_path, INDEX | COLUMN | wider)
    result = run("risk", "3", "--down", "--format", "json")
    assert result.exit_code == 0
    risks = json.loads(result.stdout)["risks"]
    assert [(r["code"], r["file"], r["queries"]) for r in risks] == [
        ("brief-lock", "migrations/0003_price.up.sql", ["add_item", "count_items"]),
        ("brief-lock", "migrations/0003_price.down.sql", ["add_item", "count_items"]),
    ]
    result = run("risk", "4", "--down")
    assert result.exit_code == 1
    assert result.stderr.count("warning[table-rewrite]") == 2
    assert " --> migrations/0004_wider.down.sql:2:1\n" in result.stderr
    assert result.stdout == "1 migration: 2 risks\n"
    allowed = "-- sqlgen: allow table-rewrite\n"
    path = "migrations/0004_wider.down.sql"
    write(tmp_path, {path: allowed + wider[path]})
    assert run("risk", "4", "--down").stdout == "1 migration: 1 risk\n"
    write(tmp_path, {path: "ALTER TABLE items ALTER prize TYPE int;\n"})
    result = run("risk", "4", "--down")
    assert "error[42703]" in result.stderr
    assert " --> migrations/0004_wider.down.sql:1:" in result.stderr


def test_what_cannot_be_reverted(tmp_path: Path, run: Run) -> None:
    """Nothing before a migration without a down file is reverted, as with `migrate down`."""
    write(tmp_path, INDEX | COLUMN)
    (tmp_path / "migrations/0003_price.down.sql").unlink()
    result = run("risk", "2", "--down", "--format", "json")
    files = {risk["file"] for risk in json.loads(result.stdout)["risks"]}
    assert files == {"migrations/0002_index.up.sql"}


def test_queries_of_one_name_in_two_files(tmp_path: Path, run: Run) -> None:
    write(
        tmp_path,
        COLUMN
        | {
            "migrations/0001_items.up.sql": "CREATE TABLE items (id int); CREATE TABLE others (id int);\n",
            "queries/others.sql": "-- name: count_items :one\nSELECT count(*) FROM others;\n",
        },
    )
    result = run("risk", "3", "--format", "json")
    [risk] = json.loads(result.stdout)["risks"]
    assert risk["queries"] == ["add_item", "count_items (queries/items.sql)"]


def test_a_file_may_allow(tmp_path: Path, run: Run) -> None:
    allowed = "-- sqlgen: allow blocking-index, brief-lock\n"
    up = allowed + INDEX["migrations/0002_index.up.sql"]
    write(tmp_path, INDEX | {"migrations/0002_index.up.sql": up})
    result = run("risk", "--all")
    assert result.exit_code == 0
    assert (result.stdout, result.stderr) == ("2 migrations: no risks\n", "")


def test_migrations_that_main_does_not_have(tmp_path: Path, run: Run) -> None:
    write(tmp_path, INDEX)
    git(tmp_path, "init", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "a")
    assert run("risk").stdout == "no new migrations\n"
    git(tmp_path, "checkout", "-b", "mine")
    write(tmp_path, COLUMN)
    assert run("risk").stdout.endswith("1 migration: no risks\n")
    assert run("risk", "--from", "main").exit_code == 0
    changed = "CREATE INDEX ON items (name, id);\n"
    write(tmp_path, {"migrations/0002_index.up.sql": changed})
    assert run("risk").stdout.endswith("2 migrations: 1 risk\n")
    assert run("risk", "--from", "nothing").exit_code == 2


def test_what_is_pending(
    tmp_path: Path, run: Run, newest_connection: Any, newest_server: database.Server
) -> None:
    name = newest_connection.info.dbname
    url = make_conninfo(newest_server.conninfo, dbname=name)
    assert run("up", "--database-url", url).exit_code == 0
    write(tmp_path, INDEX)
    result = run("risk", "--database-url", url)
    assert result.stdout == "1 migration: 1 risk\n"
    assert run("risk", DATABASE_URL=url).stdout == "1 migration: 1 risk\n"
    result = run("risk")
    assert result.exit_code == 2
    assert "error[no-repository]" in result.stderr


def test_json(tmp_path: Path, run: Run) -> None:
    write(tmp_path, INDEX)
    document = json.loads(run("risk", "2", "--format", "json").stdout)
    assert document == {
        "migrations": ["migrations/0002_index.up.sql"],
        "risks": [
            {
                "code": "blocking-index",
                "severity": "warning",
                "file": "migrations/0002_index.up.sql",
                "line": 2,
                "statement": "CREATE INDEX ON items (name)",
                "message": "the index `items_name_idx` of `items` is built: writes wait until"
                " that is done",
                "relation": "items",
                "work": "builds-index",
                "locks": [{"relation": "items", "mode": "SHARE", "blocks": "writes"}],
                "since_line": None,
                "queries": ["add_item"],
                "fix": "use `CREATE INDEX CONCURRENTLY` in a migration of its own, with"
                " `-- no-transaction` as its first line",
            }
        ],
    }


def test_github(tmp_path: Path, run: Run) -> None:
    write(tmp_path, INDEX)
    output = run("risk", "2", "--format", "github").stdout
    assert output.startswith("::warning file=migrations/0002_index.up.sql,line=2,")


def test_verify_shows_it_for_the_newest_migration_without_git(
    tmp_path: Path, run: Run
) -> None:
    write(tmp_path, INDEX)
    result = run("verify")
    assert (result.exit_code, result.stderr) == (0, MESSAGE)
    write(tmp_path, COLUMN)  # the index is no longer in the newest migration
    assert run("verify").stderr == ""


def test_errors_of_a_migration_and_of_queries(tmp_path: Path, run: Run) -> None:
    write(
        tmp_path,
        {"migrations/0002_a.up.sql": "SELECT 1;\nALTER TABLE nothing ADD a int;\n"},
    )
    result = run("risk", "2")
    assert result.exit_code == 1
    assert "error[42P01]" in result.stderr
    assert "migrations/0002_a.up.sql:2:1" in result.stderr
    write(tmp_path, {"queries/items.sql": "-- name: a :what\nSELECT 1;\n"})
    assert "error[unknown-command]" in run("risk", "1").stderr


def test_a_file_that_gives_way_waits_for_no_second_lock(
    tmp_path: Path, run: Run
) -> None:
    up = "ALTER TABLE items ADD a int;\nALTER TABLE others ADD a int;\n"
    write(
        tmp_path,
        {
            "migrations/0001_items.up.sql": "CREATE TABLE items (); CREATE TABLE others ();",
            "migrations/0002_a.up.sql": up,
        },
    )
    result = run("risk", "2")
    assert result.exit_code == 1
    assert "warning[several-locks]: `others` is waited for" in result.stderr
    assert "locked since here" in result.stderr
    setting = '[tool.sqlgen.migrate]\nstatement_lock_timeout = "2s"\n'
    write(tmp_path, {"pyproject.toml": setting})
    result = run("risk", "2", "--format", "json")
    assert result.exit_code == 0
    risks = json.loads(result.stdout)["risks"]
    assert [(r["code"], r["line"], r["fix"]) for r in risks] == [
        ("brief-lock", 1, ""),
        ("brief-lock", 2, ""),
    ]


def test_a_dump(tmp_path: Path, run: Run) -> None:
    dump = Path(__file__).parents[1] / "test_schema/dumps/pg16.sql"
    write(tmp_path, {"migrations/0002_dump.up.sql": dump.read_text()})
    result = run("risk", "2")
    assert (result.exit_code, result.stdout) == (0, "1 migration: no risks\n")


def test_the_clinic_has_no_risks(newest_server: database.Server) -> None:
    root = Path(__file__).parents[2]
    result = CliRunner().invoke(
        main,
        ["-C", str(root), "migrate", "risk", "--all"],
        env={"SQLGEN_SERVER_URL": newest_server.conninfo},
    )
    assert result.exit_code == 0, result.stderr
    assert result.stdout.endswith("migrations: no risks\n")
