"""The commands `migrate` and `db`, on real servers."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen import database, migrate
from sqlgen.cli import main
from sqlgen.cli.completed_values import completed
from sqlgen.database import development
from sqlgen.embedded.programs import binaries

Connection = psycopg.Connection[TupleRow]

SHOP = {
    "migrations/0001_create_items.up.sql": "CREATE TABLE items (id int PRIMARY KEY);\n",
    "migrations/0001_create_items.down.sql": "DROP TABLE items;\n",
    "migrations/0002_add_names.up.sql": "ALTER TABLE items ADD name text;\n",
    "migrations/0002_add_names.down.sql": "ALTER TABLE items DROP name;\n",
    "seeds/1_items.sql": "INSERT INTO items VALUES (1, 'one');\n",
    "seeds/2_more.sql": "INSERT INTO items VALUES (2, 'two');\n",
}


class Outcome(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


class Project:
    def __init__(self, root: Path, url: str, server: str) -> None:
        self.root = root
        self.environment = {"DATABASE_URL": url, "SQLGEN_SERVER_URL": server}
        (root / "pyproject.toml").write_text("[tool.sqlgen]\n")
        self.write(SHOP)

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for path, text in files.items():
            (self.root / path).parent.mkdir(exist_ok=True)
            content = text.encode() if isinstance(text, str) else text
            (self.root / path).write_bytes(content)

    def __call__(self, *arguments: str) -> Outcome:
        """Run `sqlgen …` in the project."""
        result = CliRunner().invoke(
            main, ["-C", str(self.root), *arguments], env=self.environment
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)


def project(root: Path, server: database.Server, connection: Connection) -> Project:
    conninfo = make_conninfo(server.conninfo, dbname=connection.info.dbname)
    return Project(root, database.url(conninfo), server.conninfo)


@pytest.fixture
def sqlgen(tmp_path: Path, server: database.Server, connection: Connection) -> Project:
    return project(tmp_path, server, connection)


def test_up_down_and_status(sqlgen: Project, connection: Connection) -> None:
    assert sqlgen("migrate", "check").status == 1
    planned = sqlgen("migrate", "up", "--dry-run")
    assert planned == (
        0,
        "would apply 0001_create_items\nwould apply 0002_add_names\n2 migrations pending\n",
        "",
    )
    outcome = sqlgen("migrate", "up", "--to", "1")
    assert outcome.out.startswith("applied 0001_create_items  ")
    assert "1 migration applied in " in outcome.out
    status = sqlgen("migrate", "status").out.splitlines()
    assert status[0].split() == ["version", "description", "applied", "took", "state"]
    assert status[1].endswith("applied")
    assert status[2].endswith("pending")
    assert status[3] == (
        "1 applied, 1 pending; the ledger is public._sqlgen_migrations"
    )
    assert sqlgen("migrate", "up").status == 0
    assert sqlgen("migrate", "up").out == "nothing is pending\n"
    assert sqlgen("migrate", "check") == (0, "nothing is pending\n", "")
    assert sqlgen("migrate", "down").out.startswith("reverted 0002_add_names  ")
    assert sqlgen("migrate", "down", "--to", "0").status == 0
    assert sqlgen("migrate", "down").out == "nothing is applied\n"
    assert connection.execute("SELECT to_regclass('items')").fetchone() == (None,)


def test_json_of_each_command(sqlgen: Project) -> None:
    assert sqlgen("migrate", "up", "--dry-run", "--format", "json").document == {
        "pending": [
            {
                "version": 1,
                "description": "create items",
                "name": "0001_create_items",
                "up": "migrations/0001_create_items.up.sql",
                "down": "migrations/0001_create_items.down.sql",
            },
            {
                "version": 2,
                "description": "add names",
                "name": "0002_add_names",
                "up": "migrations/0002_add_names.up.sql",
                "down": "migrations/0002_add_names.down.sql",
            },
        ]
    }
    (migration,) = sqlgen("migrate", "up", "--to", "1", "--format", "json").document[
        "applied"
    ]
    assert migration["version"] == 1
    assert migration["seconds"] > 0
    first, second = sqlgen("migrate", "status", "--format", "json").document[
        "migrations"
    ]
    assert first["installed_on"]
    assert first["seconds"] > 0
    assert second == {
        "version": 2,
        "description": "add names",
        "state": "pending",
        "file": "migrations/0002_add_names.up.sql",
        "reversible": True,
        "installed_on": None,
        "seconds": None,
    }
    outcome = sqlgen("migrate", "check", "--format", "json")
    assert outcome.status == 1
    assert outcome.document == {
        "ledger": "public._sqlgen_migrations",
        "state": "pending",
        "drift": [],
        "pending": [second],
    }
    sqlgen.write({"migrations/0003_wrong.sql": "SELECT nothing;"})
    failed = sqlgen("migrate", "up", "--format", "json")
    assert failed.status == 1
    (diagnostic,) = failed.document
    assert (diagnostic["code"], diagnostic["file"]) == (
        "42703",
        "migrations/0003_wrong.sql",
    )


def test_drift_has_its_own_exit_status(sqlgen: Project) -> None:
    sqlgen("migrate", "up")
    sqlgen.write({"migrations/0002_add_names.up.sql": "ALTER TABLE items ADD n int;\n"})
    (sqlgen.root / "migrations/0001_create_items.up.sql").unlink()
    (sqlgen.root / "migrations/0001_create_items.down.sql").unlink()
    outcome = sqlgen("migrate", "check", "--format", "json")
    assert outcome.status == 4
    assert [s["state"] for s in outcome.document["drift"]] == ["missing", "changed"]
    assert sqlgen("migrate", "status").status == 0
    refused = sqlgen("migrate", "up")
    assert refused.status == 1
    assert "error[missing-migration]" in refused.err
    assert "error[changed-migration]" in refused.err


def test_out_of_order_is_drift_unless_allowed(sqlgen: Project) -> None:
    sqlgen.write({"migrations/0004_late.sql": "SELECT 1;"})
    sqlgen("migrate", "up")
    sqlgen.write({"migrations/0003_early.sql": "CREATE TABLE early ();"})
    assert sqlgen("migrate", "check").status == 4
    assert "error[out-of-order-migration]" in sqlgen("migrate", "up").err
    assert sqlgen("migrate", "up", "--allow-out-of-order").status == 0
    assert sqlgen("migrate", "check").status == 0


def test_other_line_endings_are_accepted_with_a_warning(sqlgen: Project) -> None:
    sqlgen("migrate", "up")
    sqlgen.write(
        {
            "migrations/0002_add_names.up.sql": b"ALTER TABLE items ADD name text;\r\n",
            "migrations/0003_more.sql": "SELECT 1;",
        }
    )
    assert sqlgen("migrate", "check").status == 1  # only what is pending
    outcome = sqlgen("migrate", "up")
    assert outcome.status == 0
    assert "warning: migration 2 (`add names`) was applied with other line endings" in (
        outcome.err
    )
    assert sqlgen("migrate", "repair").out == (
        "migrations/0002_add_names.up.sql: applied, with other line endings\n"
        "1 migration repaired\n"
    )
    assert sqlgen("migrate", "repair").out == "nothing to repair\n"


def test_repair_shows_what_has_changed(sqlgen: Project) -> None:
    git = ("git", "-C", str(sqlgen.root), "-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "migrations"], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "a"], check=True)
    sqlgen("migrate", "up")
    sqlgen.write(
        {
            "migrations/0002_add_names.up.sql": "-- Why.\nALTER TABLE items ADD name text;"
        }
    )
    asked = sqlgen("migrate", "repair")
    assert asked.status == 2
    assert "use `--yes` if you are sure" in asked.err
    assert sqlgen("migrate", "check").status == 4
    repaired = sqlgen("migrate", "repair", "2", "--yes")
    assert repaired.out.splitlines() == [
        "migrations/0002_add_names.up.sql: changed since it was applied",
        "  --- applied",
        "  +++ now",
        "  @@ -1 +1,2 @@",
        "  +-- Why.",
        "   ALTER TABLE items ADD name text;",
        "1 migration repaired",
    ]
    assert sqlgen("migrate", "check").status == 0


def test_baseline_marks_and_runs_nothing(
    sqlgen: Project, connection: Connection
) -> None:
    connection.execute("CREATE TABLE items (id int PRIMARY KEY)")
    assert sqlgen("migrate", "baseline", "1").out == (
        "marked 0001_create_items\n1 migration marked as applied\n"
    )
    assert sqlgen("migrate", "up").status == 0
    assert sqlgen("migrate", "baseline", "9").status == 1


def test_reset_asks_and_starts_from_an_empty_database(
    sqlgen: Project, connection: Connection
) -> None:
    connection.execute("CREATE TABLE other ()")
    asked = sqlgen("migrate", "reset")
    assert asked.status == 2
    assert "error[needs-confirmation]" in asked.err
    outcome = sqlgen("migrate", "reset", "--yes")
    assert outcome.status == 0
    assert "2 migrations applied" in outcome.out
    with psycopg.connect(sqlgen.environment["DATABASE_URL"]) as again:
        assert again.execute("SELECT to_regclass('other')").fetchone() == (None,)
        assert again.execute("SELECT count(*) FROM items").fetchone() == (0,)


def test_seeds_are_loaded_in_one_transaction(
    sqlgen: Project, connection: Connection
) -> None:
    sqlgen("migrate", "up")
    assert sqlgen("migrate", "seed").out == (
        "ran seeds/1_items.sql\nran seeds/2_more.sql\n2 files committed\n"
    )
    connection.execute("DELETE FROM items WHERE id = 1")
    failed = sqlgen("migrate", "seed")
    assert failed.status == 1
    assert " --> seeds/2_more.sql:1:1" in failed.err
    assert connection.execute("SELECT id FROM items").fetchall() == [(2,)]


def test_seeds_run_by_their_numbers(sqlgen: Project, connection: Connection) -> None:
    sqlgen("migrate", "up")
    sqlgen.write({"seeds/10_last.sql": "UPDATE items SET name = 'last' WHERE id = 2"})
    assert sqlgen("migrate", "seed").out.splitlines()[:3] == [
        "ran seeds/1_items.sql",
        "ran seeds/2_more.sql",
        "ran seeds/10_last.sql",
    ]
    names = connection.execute("SELECT name FROM items ORDER BY id").fetchall()
    assert names == [("one",), ("last",)]


def test_a_seed_must_not_end_the_transaction(
    sqlgen: Project, connection: Connection
) -> None:
    sqlgen("migrate", "up")
    sqlgen.write({"seeds/2_more.sql": "BEGIN;\nSELECT 1;\nCOMMIT;\n"})
    outcome = sqlgen("migrate", "seed")
    assert outcome.status == 1
    assert " --> seeds/2_more.sql:1:1" in outcome.err
    assert " --> seeds/2_more.sql:3:1" in outcome.err
    assert connection.execute("SELECT FROM items").fetchall() == []


def test_folders_of_the_migrations_folder_are_left_alone(sqlgen: Project) -> None:
    """As in SQLx, where they hold old files or another service's."""
    sqlgen.write({"migrations/old/readme.sql": "this is no SQL"})
    (sqlgen.root / "migrations/old/0001_first.sql").write_text("SELECT 1/0")
    assert sqlgen("migrate", "up").status == 0
    sqlgen.write({"queries/items.sql": "-- name: list_items :many\nTABLE items;\n"})
    assert sqlgen("build").status == 0


def test_a_password_is_never_shown(sqlgen: Project) -> None:
    url = "postgresql://me:tops3cret@127.0.0.1:1/app?connect_timeout=0"
    for command in ("up", "status", "check", "seed", "reset"):
        yes = ("--yes",) if command == "reset" else ()
        outcome = sqlgen("migrate", command, "--database-url", url, *yes)
        assert outcome.status == 3, outcome
        assert "tops3cret" not in outcome.out + outcome.err
    broken = sqlgen("migrate", "up", "--database-url", "postgresql://me:tops3cret@h@h/")
    assert broken.status == 2
    assert "tops3cret" not in broken.out + broken.err


def test_a_missing_database_is_explained_and_reset_creates_it(
    sqlgen: Project, server: database.Server
) -> None:
    name = "sqlgen_test_cli_missing"
    outcome = sqlgen("migrate", "up", "--database", name)
    assert outcome.status == 3
    assert "create it with `sqlgen migrate reset`" in outcome.err
    assert sqlgen("migrate", "reset", "--database", name, "--yes").status == 0
    assert sqlgen("migrate", "check", "--database", name).status == 0
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name}".encode())


def test_new_uses_the_next_number_and_warns_about_the_last_migration(
    sqlgen: Project,
) -> None:
    sqlgen.write(
        {"migrations/0003_index_names.up.sql": "CREATE INDEX ON items (name);\n"}
    )
    outcome = sqlgen("migrate", "new", "Add", "prices")
    assert outcome.status == 0
    assert outcome.out == (
        "created migrations/0004_add_prices.up.sql\n"
        "created migrations/0004_add_prices.down.sql\n"
        "once it is written: sqlgen migrate risk && sqlgen migrate verify\n"
    )
    assert "warning[missing-down-file]" in outcome.err
    up = sqlgen.root / "migrations/0004_add_prices.up.sql"
    assert up.read_text() == "-- Add prices.\n"
    assert sqlgen("migrate", "new", "!").status == 2


def test_a_migration_that_nobody_has_written_is_told_when_it_is_applied(
    sqlgen: Project,
) -> None:
    assert sqlgen("migrate", "up").status == 0
    assert sqlgen("migrate", "new", "add_prices").status == 0
    dry = sqlgen("migrate", "up", "--dry-run")
    outcome = sqlgen("migrate", "up", "--format", "json")
    for one in (dry, outcome):
        assert one.status == 0
        assert "warning[empty-migration]: migration 3 (`add prices`) has" in one.err
    assert [run["version"] for run in json.loads(outcome.out)["applied"]] == [3]
    assert "empty-migration" not in sqlgen("migrate", "up").err


def test_build_warns_about_the_newest_migration_if_files_change(
    sqlgen: Project,
) -> None:
    sqlgen.write(
        {
            "migrations/0003_require.up.sql": "ALTER TABLE items ADD a int NOT NULL;",
            "migrations/0003_require.down.sql": "ALTER TABLE items DROP a;",
            "queries/items.sql": "-- name: all_items :many\nSELECT id FROM items;",
        }
    )
    first, again = sqlgen("build"), sqlgen("build")
    assert (first.status, again.status) == (0, 0)
    assert "warning[not-null-without-default]" in first.err
    assert again.err == ""


def test_new_creates_the_folder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.sqlgen]\n")
    outcome = CliRunner().invoke(main, ["-C", str(tmp_path), "migrate", "new", "start"])
    assert outcome.stdout.startswith("created migrations/0001_start.up.sql\n")


WRONG = """\
error[down-does-not-restore]: the down file of migration 2 (`add names`) does not restore the earlier schema
  + column public.items.price: integer default 1
 --> migrations/0002_add_names.down.sql:1:1
  |
1 | ALTER TABLE items DROP name;
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = hint: undo in it everything that the up file does: lines with `-` are missing afterwards, lines with `+` are left over
"""


def test_verify_shows_what_a_down_file_does_not_restore(sqlgen: Project) -> None:
    assert sqlgen("migrate", "verify") == (
        0,
        "2 migrations: each can be reverted\n",
        "",
    )
    assert sqlgen("migrate", "verify", "--seed").out == (
        "2 migrations: each can be reverted, also with the rows of the seeds\n"
    )
    up = "ALTER TABLE items ADD name text, ADD price int DEFAULT 1;\n"
    sqlgen.write({"migrations/0002_add_names.up.sql": up})
    assert sqlgen("migrate", "verify") == (1, "", WRONG)
    (warning,) = sqlgen("migrate", "verify", "--format", "json").document
    assert warning["code"] == "down-does-not-restore"
    allowed = "-- sqlgen: allow down-does-not-restore\nALTER TABLE items DROP name, DROP price;\n"
    sqlgen.write({"migrations/0002_add_names.down.sql": allowed})
    assert sqlgen("migrate", "verify").status == 0


def test_verify_with_a_migration_that_cannot_be_reverted(sqlgen: Project) -> None:
    sqlgen.write({"migrations/0003_add_prices.sql": "ALTER TABLE items ADD price int;"})
    outcome = sqlgen("migrate", "verify", "--seed")
    assert outcome.status == 0
    assert "warning[missing-down-file]" in outcome.err
    assert outcome.out == (
        "3 migrations: each down file restores the earlier schema, 1 has none\n"
    )


def test_a_ledger_of_sqlx_is_reported(sqlgen: Project, connection: Connection) -> None:
    sqlgen.write(
        {"pyproject.toml": '[tool.sqlgen.migrate]\ntable = "_sqlx_migrations"\n'}
    )
    assert sqlgen("migrate", "up").status == 0
    sqlgen.write({"pyproject.toml": "[tool.sqlgen]\n"})
    for command in ("up", "status", "check"):
        outcome = sqlgen("migrate", command)
        assert outcome.status == 1
        assert "error[sqlx-ledger]" in outcome.err
    assert connection.execute(
        "SELECT to_regclass('_sqlgen_migrations')"
    ).fetchone() == (None,)


def test_a_ledger_beside_that_of_sqlx(sqlgen: Project, connection: Connection) -> None:
    """Another service may keep its migrations in the same database."""
    connection.execute("CREATE TABLE _sqlx_migrations ()")
    sqlgen.write({"pyproject.toml": '[tool.sqlgen.migrate]\ntable = "_shop"\n'})
    assert sqlgen("migrate", "up").status == 0
    assert connection.execute("SELECT count(*) FROM _shop").fetchone() == (2,)


def test_schemas_of_tenants(sqlgen: Project, connection: Connection) -> None:
    """The report says what was done, what has failed, and what was not tried."""
    connection.execute("CREATE SCHEMA b")
    sqlgen.write(
        {"pyproject.toml": '[tool.sqlgen.migrate]\nschemas = ["a", "b", "c"]\n'}
    )
    assert sqlgen("migrate", "check").status == 1
    dry = sqlgen("migrate", "up", "--dry-run", "--to", "1").out.splitlines()
    assert dry[:2] == ["a: would apply 0001_create_items", "a: 1 migration pending"]
    outcome = sqlgen("migrate", "up", "--to", "1")
    assert outcome.status == 0, outcome
    assert "notice: created the schema a\n" in outcome.err
    assert "created the schema b" not in outcome.err
    assert outcome.out.splitlines()[1].startswith("b: applied 0001_create_items  ")
    assert outcome.out.splitlines()[3].startswith("3 schemas: 3 migrations applied in")
    status = sqlgen("migrate", "status").out.splitlines()
    assert status[0] == "schema a"
    assert status[4:7] == [
        "1 applied, 1 pending; the ledger is a._sqlgen_migrations",
        "",
        "schema b",
    ]
    connection.execute("ALTER TABLE b.items ADD name text")
    failed = sqlgen("migrate", "up")
    assert failed.status == 1
    assert failed.out.startswith("a: applied 0002_add_names  ")
    assert 'error[42701]: column "name" of relation "items" already exists' in (
        failed.err
    )
    assert failed.err.endswith("done: a\nfailed: b\nnot tried: c\n")
    document = sqlgen("migrate", "up", "--format", "json").document["schemas"]
    assert [(one["schema"], one["state"]) for one in document] == [
        ("a", "done"),
        ("b", "failed"),
        ("c", "not tried"),
    ]
    assert [len(one["diagnostics"]) for one in document] == [0, 1, 0]
    assert document[1]["diagnostics"][0]["code"] == "42701"
    checked = sqlgen("migrate", "check", "--format", "json")
    assert (checked.status, checked.document["state"]) == (1, "pending")
    assert [one["state"] for one in checked.document["schemas"]] == [
        "current",
        "pending",
        "pending",
    ]
    only = sqlgen("migrate", "up", "--schema", "c", "--schema", "d")
    assert "2 schemas: 3 migrations applied in" in only.out
    assert only.out.splitlines()[0].startswith("c: applied 0002_add_names")
    assert sqlgen("migrate", "up", "--schema", "a").out == (
        "a: nothing is pending\n1 schema: 0 migrations applied\n"
    )
    connection.execute("ALTER TABLE b.items DROP name")
    assert sqlgen("migrate", "up").status == 0
    assert sqlgen("migrate", "check") == (0, "nothing is pending\n", "")
    assert sqlgen("migrate", "down", "--to", "0").status == 0
    statuses, *_ = sqlgen("migrate", "status", "--format", "json").document["schemas"]
    assert (statuses["schema"], statuses["ledger"]) == ("a", "a._sqlgen_migrations")
    missing = sqlgen("migrate", "down", "--schema", "nowhere", "--format", "json")
    assert missing.status == 1
    (one,) = missing.document["schemas"]
    assert one["diagnostics"][0]["code"] == "no-schema"
    assert connection.execute("SELECT to_regclass('public.items')").fetchone() == (
        None,
    )


def test_a_ledger_in_a_certain_schema_contradicts_schemas(sqlgen: Project) -> None:
    sqlgen.write({"pyproject.toml": '[tool.sqlgen.migrate]\ntable = "ops.ledger"\n'})
    outcome = sqlgen("migrate", "status", "--schema", "tenant")
    assert outcome.status == 2
    assert "error[bad-schema]" in outcome.err
    sqlgen.write(
        {
            "pyproject.toml": '[tool.sqlgen.migrate]\ntable = "ops.ledger"\nschemas = ["a"]\n'
        }
    )
    outcome = sqlgen("migrate", "status")
    assert outcome.status == 2
    assert "`tool.sqlgen.migrate.table` must be a name without a schema" in outcome.err


def test_the_url_of_the_env_file(sqlgen: Project, connection: Connection) -> None:
    url = sqlgen.environment.pop("DATABASE_URL")
    sqlgen.environment["DATABASE_URL"] = ""
    sqlgen.write({".env": f"# of this machine\nexport DATABASE_URL='{url}'\n"})
    outcome = sqlgen("migrate", "up")
    assert outcome.status == 0
    assert f"/{connection.info.dbname}" in outcome.err.splitlines()[0]
    assert connection.execute("SELECT count(*) FROM items").fetchone() == (0,)
    sqlgen.environment["DATABASE_URL"] = "postgresql://127.0.0.1:1/?connect_timeout=0"
    assert sqlgen("migrate", "status").status == 3  # the environment comes first


def test_notices_of_a_migration_are_printed(sqlgen: Project) -> None:
    text = "DO $$ BEGIN RAISE NOTICE 'moved % rows', 7; RAISE WARNING 'slow'; END $$;"
    sqlgen.write({"migrations/0003_move.up.sql": text})
    outcome = sqlgen("migrate", "up")
    assert "notice: moved 7 rows\nwarning: slow\n" in outcome.err
    assert sqlgen("migrate", "up", "--format", "json").document == {"applied": []}


def test_the_servers_detail_is_in_json(sqlgen: Project) -> None:
    text = "INSERT INTO items VALUES (7), (7);"
    sqlgen.write({"migrations/0003_double.up.sql": text})
    outcome = sqlgen("migrate", "up", "--format", "json")
    assert outcome.status == 1
    [diagnostic] = outcome.document
    assert diagnostic["code"] == "23505"
    assert diagnostic["detail"] == "Key (id)=(7) already exists."


def test_a_release_that_is_older_than_the_database(
    sqlgen: Project, connection: Connection
) -> None:
    sqlgen("migrate", "up")
    for half in ("up", "down"):
        (sqlgen.root / f"migrations/0002_add_names.{half}.sql").unlink()
    refused = sqlgen("migrate", "up")
    assert refused.status == 1
    assert "use `--ignore-missing`" in refused.err
    outcome = sqlgen("migrate", "up", "--ignore-missing")
    assert (outcome.status, outcome.out) == (0, "nothing is pending\n")
    newer = "the database is newer than these files: it has migration 2 (`add names`)"
    assert newer in outcome.err
    dry = sqlgen("migrate", "up", "--ignore-missing", "--dry-run")
    assert (dry.status, newer in dry.err) == (0, True)
    assert connection.execute("SELECT name FROM items").fetchall() == []
    assert sqlgen("migrate", "down").status == 1
    down = sqlgen("migrate", "down", "--ignore-missing")
    assert (down.status, newer in down.err) == (0, True)
    assert "reverted 0001" in down.out
    assert connection.execute("SELECT to_regclass('items')").fetchone() == (None,)
    again = sqlgen("migrate", "down", "--ignore-missing", "--to", "0")
    assert (again.status, again.out) == (0, "nothing is applied\n")


def test_urls_of_sqlalchemy_are_accepted(
    sqlgen: Project, connection: Connection
) -> None:
    url = sqlgen.environment["DATABASE_URL"]
    written = url.replace("postgresql://", "postgresql+psycopg://")
    assert sqlgen("migrate", "up", "--database-url", written).status == 0
    sqlgen.environment["DATABASE_URL"] = written
    assert sqlgen("migrate", "down", "--database", connection.info.dbname).status == 0
    assert sqlgen("migrate", "reset", "--yes").status == 0
    assert sqlgen("migrate", "seed").status == 0
    applied = migrate.apply(written, sqlgen.root / "migrations")
    assert applied == ()


@pytest.mark.parametrize("place", ["environment", "configuration"])
def test_urls_of_sqlalchemy_name_the_server_of_builds(
    sqlgen: Project, server: database.Server, place: str
) -> None:
    written = database.url(server.conninfo).replace("sql://", "sql+asyncpg://")
    if place == "environment":
        sqlgen.environment["SQLGEN_SERVER_URL"] = written
    else:
        del sqlgen.environment["SQLGEN_SERVER_URL"]
        sqlgen.write({"pyproject.toml": f'[tool.sqlgen]\nserver = "{written}"\n'})
    sqlgen.write({"queries/q.sql": "-- name: q :many\nSELECT id FROM items;\n"})
    for command in (["build"], ["check"], ["migrate", "verify"]):
        outcome = sqlgen(*command)
        assert outcome.status == 0, outcome


def test_verify_reports_a_migration_that_fails_on_seed_rows(sqlgen: Project) -> None:
    sqlgen.write(
        {
            "migrations/0003_names.up.sql": "ALTER TABLE items ADD code text NOT NULL;\n",
            "migrations/0003_names.down.sql": "ALTER TABLE items DROP code;\n",
            "seeds/1_items.sql": "INSERT INTO items VALUES (1, 'one', 'c');\n",
            "seeds/2_more.sql": "",
        }
    )
    assert sqlgen("migrate", "verify").status == 0
    outcome = sqlgen("migrate", "verify", "--seed")
    assert outcome.status == 1
    assert "warning[not-null-without-default]" in outcome.err
    assert 'column "code" of relation "items" contains null values' in outcome.err


def test_twenty_processes_apply_each_migration_once(
    tmp_path: Path,
    newest_server: database.Server,
    newest_connection: Connection,
) -> None:
    sqlgen = project(tmp_path, newest_server, newest_connection)
    command = (sys.executable, "-c", "from sqlgen.cli import main; main()")
    started = [
        subprocess.Popen(
            [*command, "-C", str(sqlgen.root), "migrate", "up", "--format", "json"],
            env=os.environ | sqlgen.environment,
            stdout=subprocess.PIPE,
        )
        for _ in range(20)
    ]
    outputs = [process.communicate()[0] for process in started]
    assert {process.returncode for process in started} == {0}
    applied = [m["version"] for out in outputs for m in json.loads(out)["applied"]]
    assert applied == [1, 2]
    rows = newest_connection.execute("SELECT version, success FROM _sqlgen_migrations")
    assert rows.fetchall() == [(1, True), (2, True)]


@pytest.fixture
def development_of(tmp_path: Path) -> Iterator[Project]:
    """Return a project without `DATABASE_URL`; remove its development database after the test."""
    yield Project(tmp_path, "", "")
    development.remove(tmp_path)


def test_databases_of_the_running_server_are_completed(
    development_of: Project,
) -> None:
    sqlgen = development_of
    before = ["-C", str(sqlgen.root), "migrate", "up", "--database"]
    assert sqlgen("db", "start", "--database", "of_tests").status == 0
    assert completed(before, "") == ["dev", "of_tests", "test"]
    assert sqlgen("db", "stop").status == 0
    assert completed(before, "") == ["dev", "test"]


def test_the_development_database_persists(
    development_of: Project,
) -> None:
    sqlgen = development_of
    assert sqlgen("db", "stop").out == "the server was not running\n"
    assert sqlgen("migrate", "up").status == 0
    assert sqlgen("db", "stop").out == "stopped\n"
    assert sqlgen("migrate", "check").status == 0
    url = sqlgen("db", "url").out.strip()
    assert url == sqlgen("db", "start").out.strip()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM items").fetchone() == (0,)
    assert sqlgen("migrate", "seed").status == 0
    program = (sys.executable, "-c", "from sqlgen.cli import main; main()")
    query = ("db", "psql", "-Atc", "SELECT name FROM items ORDER BY id")
    process = subprocess.run(
        [*program, "-C", str(sqlgen.root), *query],
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout == "one\ntwo\n"
    assert sqlgen("migrate", "check", "--database", "test").status == 1
    assert sqlgen("db", "reset").status == 2
    assert sqlgen("db", "reset", "--yes").out == "deleted\n"
    assert sqlgen("migrate", "check").status == 1


def test_a_service_applies_to_the_development_database_what_up_does(
    development_of: Project, caplog: pytest.LogCaptureFixture
) -> None:
    """The embedded server has no ICU, no role `shop`, and takes what pg_dump writes."""
    sqlgen = development_of
    sqlgen.write(
        {
            "migrations/0003_names.sql": "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2',"
            ' deterministic = false); CREATE TABLE names (name text COLLATE ci, c text COLLATE "de-x-icu");',
            "migrations/0004_grant.sql": "GRANT SELECT ON names TO shop;",
        }
    )
    warning = "this server has no ICU: the collations `de-x-icu`, `ci` are C here"
    for number, first in enumerate(("apply", "aapply", "up")):
        url = sqlgen("db", "url", "--database", f"db{number}").out.strip()
        folder = sqlgen.root / "migrations"
        caplog.clear()
        if first == "apply":
            assert len(migrate.apply(url, folder)) == 4
        elif first == "aapply":
            assert len(asyncio.run(migrate.aapply(url, folder))) == 4
        outcome = sqlgen("migrate", "up", "--database", f"db{number}")
        assert outcome.status == 0, outcome
        assert outcome.err.count(f"warning: {warning}") == 1
        if first == "up":
            assert outcome.out.count("applied") == 5
            assert migrate.apply(url, folder) == ()
        else:
            assert outcome.out == "nothing is pending\n"
        assert warning in caplog.text


def test_seeds_run_on_the_development_database_as_verify_runs_them(
    development_of: Project,
) -> None:
    sqlgen = development_of
    dump = "-- PostgreSQL database dump\n\\restrict x\nGRANT SELECT ON items TO shop;\n"
    sqlgen.write(
        {
            "seeds/3_sorted.sql": "SELECT 'b' COLLATE \"de-x-icu\" > 'a';",
            "seeds/4_dump.sql": f"{dump}COPY items (id) FROM stdin;\n9\n\\.\n",
        }
    )
    sqlgen("migrate", "up")
    assert sqlgen("migrate", "verify", "--seed").status == 0
    outcome = sqlgen("migrate", "seed")
    assert outcome.status == 0, outcome
    assert (
        "warning: this server has no ICU: the collation `de-x-icu` is C" in outcome.err
    )


@pytest.mark.system
def test_the_server_may_be_the_folder_of_programs(development_of: Project) -> None:
    """Debian's PostgreSQL has ICU."""
    sqlgen = development_of
    *_, oldest = binaries.installed()
    sqlgen.write(
        {
            "pyproject.toml": f'[tool.sqlgen]\nserver = "{oldest.folder}/"\n',
            "migrations/0003_names.sql": "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2',"
            " deterministic = false); CREATE TABLE names (name text COLLATE ci UNIQUE);",
            "queries/q.sql": "-- name: q :many\nSELECT name FROM names;\n",
        }
    )
    for command in (["build"], ["check"], ["migrate", "verify"]):
        outcome = sqlgen(*command)
        assert outcome.status == 0, outcome
    outcome = sqlgen("migrate", "up")
    assert outcome.status == 0, outcome
    assert "ICU" not in outcome.err
    with psycopg.connect(sqlgen("db", "url").out.strip()) as connection:
        assert connection.info.server_version == oldest.version
        connection.execute("INSERT INTO names VALUES ('a')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO names VALUES ('A')")
    assert sqlgen("migrate", "squash", "--to", "3", "--yes").status == 0
    # The cluster stays that of its version.
    assert sqlgen("db", "stop").status == 0
    sqlgen.write({"pyproject.toml": '[tool.sqlgen]\nserver = "/usr/none"\n'})
    for command in (["build"], ["migrate", "up"]):
        outcome = sqlgen(*command)
        assert outcome.status == 3
        assert "there is no PostgreSQL in `/usr/none`" in outcome.err


@pytest.mark.parametrize("place", ["bin", ".", "proc"])
@pytest.mark.parametrize("is_checkout", [True, False])
def test_programs_that_came_with_the_project_are_not_started(
    development_of: Project,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    is_checkout: bool,
) -> None:
    sqlgen = development_of
    monkeypatch.chdir(sqlgen.root)
    folder = sqlgen.root / ("" if place == "." else "bin")
    project = sqlgen.root
    if is_checkout:  # the project is beside the programs
        (sqlgen.root / ".git").mkdir()
        project = sqlgen.root / "project"
    folder.mkdir(exist_ok=True)
    started = sqlgen.root / "started"
    for name in ("postgres", "initdb"):
        program = folder / name
        program.write_text(f"#!/bin/sh\ntouch '{started}'\necho '(PostgreSQL) 18.1'\n")
        program.chmod(0o755)
    server = "/proc/self/cwd/bin" if place == "proc" else folder
    path = project.relative_to(sqlgen.root)
    sqlgen.write(
        {
            f"{path}/pyproject.toml": f"[tool.sqlgen]\nserver = '{server}'\n",
            f"{path}/migrations/1_items.sql": "CREATE TABLE items (id int);",
            f"{path}/queries/q.sql": "-- name: q :many\nSELECT id FROM items;\n",
        }
    )
    message = "is in a git checkout" if is_checkout else "come with the checkout"
    for command in (["build"], ["migrate", "up"], ["migrate", "verify"]):
        outcome = sqlgen("-C", str(path), *command)
        assert outcome.status == (3 if is_checkout else 2), outcome
        assert message in outcome.err
    assert not started.exists()
