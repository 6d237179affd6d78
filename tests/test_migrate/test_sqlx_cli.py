"""The real SQLx CLI and sqlgen, in turn on one ledger."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import database, migrate, parse, read
from sqlgen.migrate import MigrationState
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.migration import Migration

Connection = psycopg.Connection[TupleRow]
pytestmark = pytest.mark.system

TABLE = "_sqlx_migrations"
FILES = {
    "1_a.up.sql": "CREATE TABLE a (n int);",
    "1_a.down.sql": "DROP TABLE a;",
    "2_b__c.d.up.sql": "INSERT INTO a VALUES (2);\nCREATE TABLE b ();\n",
    "2_b__c.d.down.sql": "DROP TABLE b;",
    "20260131120000_index.up.sql": "-- no-transaction\nCREATE INDEX CONCURRENTLY a_n ON a (n)",
    "20260131120000_index.down.sql": "-- no-transaction\nDROP INDEX CONCURRENTLY a_n",
    "20260131120001_ä.up.sql": "SET TimeZone = 'Asia/Tokyo'; CREATE TABLE c ();",
    "20260131120001_ä.down.sql": "DROP TABLE c;",
}


class Tools:
    """Both tools on one folder and one database."""

    def __init__(self, connection: Connection, conninfo: str, root: Path) -> None:
        program = shutil.which("sqlx", path=Path(sys.executable).parent)
        assert program, "`make test-system` installs the SQLx CLI"
        self.program = program
        self.connection = connection
        self.conninfo = conninfo
        self.folder = root / "migrations"
        self.folder.mkdir()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Replace the files of the folder."""
        for old in self.folder.iterdir():
            old.unlink()
        for name, text in files.items():
            content = text if isinstance(text, bytes) else text.encode()
            (self.folder / name).write_bytes(content)

    def sqlx(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = (self.program, "migrate", *arguments, "--no-dotenv")
        place = ("--source", str(self.folder), "-D", database.url(self.conninfo))
        return subprocess.run(
            (*command, *place), capture_output=True, text=True, check=False
        )

    def sqlx_ran(self, *arguments: str) -> list[int]:
        """Run SQLx, and return the versions of what it applied or reverted."""
        outcome = self.sqlx(*arguments)
        assert outcome.returncode == 0, outcome.stdout
        return [int(n) for n in re.findall(r"^Applied (-?\d+)/", outcome.stdout, re.M)]

    def sqlx_refuses(self, *arguments: str) -> str:
        outcome = self.sqlx(*arguments)
        assert outcome.returncode == 1
        return outcome.stdout + outcome.stderr

    def sqlx_installed(self) -> list[int]:
        """Return the versions that `info` calls installed, without anything to complain of."""
        lines = self.sqlx("info").stdout
        return [int(n) for n in re.findall(r"^(-?\d+)/installed (?!\()", lines, re.M)]

    def migrations(self) -> tuple[Migration, ...]:
        root = self.folder.parent
        return parse.migrations(read.sources(root, "migrations", below=False))

    def ours(self, action: Callable[..., Any], **options: Any) -> list[int]:
        """Run sqlgen, and return the versions of what it applied or reverted."""
        runs = action(self.conninfo, self.migrations(), table=TABLE, **options)
        return [run.migration.version for run in runs]

    def we_refuse(self, action: Callable[..., Any], **options: Any) -> str:
        with pytest.raises(SqlgenError) as caught:
            self.ours(action, **options)
        (diagnostic,) = caught.value.diagnostics
        return diagnostic.code

    def states(self) -> dict[int, MigrationState]:
        statuses = migrate.status(self.conninfo, self.migrations(), table=TABLE)
        return {status.version: status.state for status in statuses}

    def ledger(self) -> list[tuple[int, str, bool]]:
        query = f"SELECT version, description, success FROM {TABLE} ORDER BY version"
        return self.connection.execute(query.encode()).fetchall()


@pytest.fixture
def tools(connection: Connection, conninfo: str, tmp_path: Path) -> Tools:
    return Tools(connection, conninfo, tmp_path)


A, B, INDEX, C = 1, 2, 20260131120000, 20260131120001


def test_in_turn_on_one_ledger(tools: Tools) -> None:
    tools.write(FILES)
    assert tools.sqlx_ran("run", "--target-version", "1") == [A]
    assert tools.ours(migrate.up, to=B) == [B]
    assert tools.sqlx_ran("run") == [INDEX, C]
    assert set(tools.states().values()) == {MigrationState.APPLIED}
    assert tools.sqlx_installed() == [A, B, INDEX, C]
    assert tools.ours(migrate.up) == []
    assert tools.ours(migrate.down, steps=2) == [C, INDEX]
    assert tools.sqlx_installed() == [A, B]
    assert tools.sqlx_ran("revert") == [B]
    assert tools.ours(migrate.up) == [B, INDEX, C]
    rows = tools.ledger()
    assert tools.sqlx_ran("revert", "--target-version", "1") == [C, INDEX, B]
    assert tools.sqlx_ran("run") == [B, INDEX, C]
    assert tools.ledger() == rows
    assert [description for _, description, _ in rows] == ["a", "b  c.d", "index", "ä"]
    assert tools.ours(migrate.down, to=0) == [C, INDEX, B, A]
    assert tools.sqlx_ran("run") == [A, B, INDEX, C]
    assert tools.sqlx_ran("revert", "--target-version", "0") == [C, INDEX, B, A]
    assert tools.ledger() == []
    # A failure of SQLx in a transaction leaves nothing behind, and so does one of ours.
    tools.write({"1_a.sql": "CREATE TABLE a (); SELECT nothing;"})
    assert "does not exist" in tools.sqlx_refuses("run")
    assert tools.we_refuse(migrate.up) == "42703"
    assert tools.ledger() == []


@pytest.mark.parametrize(
    "text",
    [
        b"SELECT 1;\r\n",
        b"\xef\xbb\xbfSELECT 1;\n",
        b"SELECT 2;\n",
        b"SELECT 1;",
        b"SELECT 1;\n",
    ],
)
@pytest.mark.parametrize("first", ["sqlx", "ours"])
def test_a_file_that_has_changed(tools: Tools, text: bytes, first: str) -> None:
    """What SQLx calls changed, we call changed or line endings; we say so before anything runs."""
    tools.write({"1_a.sql": "SELECT 1;\n", "2_b.sql": "SELECT 2;"})
    if first == "sqlx":
        assert tools.sqlx_ran("run", "--target-version", "1") == [1]
    else:
        assert tools.ours(migrate.up, to=1) == [1]
    tools.write({"1_a.sql": text, "2_b.sql": "SELECT 2;"})
    state = tools.states()[1]
    if state is MigrationState.APPLIED:
        assert text == b"SELECT 1;\n"
        assert tools.sqlx_ran("run") == [2]
        return
    assert tools.sqlx_installed() == []
    assert "was previously applied but has been modified" in tools.sqlx_refuses("run")
    if state is MigrationState.LINE_ENDINGS:
        assert tools.ours(migrate.up) == [2]
    else:
        assert tools.we_refuse(migrate.up) == "changed-migration"
    migrate.repair(tools.conninfo, tools.migrations(), table=TABLE)
    assert 1 in tools.sqlx_installed()


STOPPING = {
    "1_a.up.sql": "-- no-transaction\nCREATE TABLE a ();\nSELECT nothing;",
    "1_a.down.sql": "DROP TABLE IF EXISTS a;",
}


def test_a_file_of_ours_that_stopped_half_way_is_refused_by_sqlx(tools: Tools) -> None:
    tools.write(STOPPING)
    assert tools.we_refuse(migrate.up) == "42703"
    assert tools.ledger() == [(1, "a", False)]
    for command in ("run", "revert"):
        assert "migration 1 is partially applied" in tools.sqlx_refuses(command)
    tools.write(
        STOPPING | {"1_a.up.sql": STOPPING["1_a.up.sql"].replace("nothing", "1")}
    )
    assert tools.states() == {1: MigrationState.STOPPED_CHANGED}
    migrate.repair(tools.conninfo, tools.migrations(), table=TABLE)
    assert tools.ours(migrate.up) == [1]
    assert tools.sqlx_ran("run") == []
    # Reverted half-way: SQLx must not go on from there either.
    down = "-- no-transaction\nDROP TABLE a; SELECT nothing;"
    tools.write(STOPPING | {"1_a.up.sql": STOPPING["1_a.up.sql"].replace("nothing", "1"), "1_a.down.sql": down})  # fmt: skip
    assert tools.we_refuse(migrate.down) == "42703"
    assert "migration 1 is partially applied" in tools.sqlx_refuses("run")


def test_a_dirty_row_of_sqlx_is_not_gone_over(
    tools: Tools, connection: Connection
) -> None:
    """SQLx inserts the row of a transaction with `success = true`; the library's users know others."""
    tools.write(STOPPING)
    assert "does not exist" in tools.sqlx_refuses("run")
    assert tools.ledger() == []
    checksum = tools.migrations()[0].up.sha384
    connection.execute(
        f"INSERT INTO {TABLE} VALUES (1, 'a', now(), false, %s, -1)".encode(),
        (checksum,),
    )
    assert "migration 1 is partially applied" in tools.sqlx_refuses("run")
    assert tools.states() == {1: MigrationState.STOPPED}
    assert tools.we_refuse(migrate.down) == "stopped-migration"
    assert tools.we_refuse(migrate.up) == "42703"  # from its first statement


def test_a_file_that_leaves_another_search_path(tools: Tools) -> None:
    """SQLx looks for its ledger there; sqlgen resets the session's settings first."""
    text = "SET search_path = nowhere; CREATE TABLE public.a ();"
    tools.write({"1_a.sql": text, "2_b.sql": "CREATE TABLE b ();"})
    assert f'relation "{TABLE}" does not exist' in tools.sqlx_refuses("run")
    assert tools.ours(migrate.up) == [1, 2]
    assert tools.sqlx_ran("run") == []


def test_a_file_without_a_transaction_of_several_statements(tools: Tools) -> None:
    """SQLx sends it as one message, which is a transaction of its own for PostgreSQL."""
    text = "-- no-transaction\nCREATE TABLE a (n int);\nCREATE INDEX CONCURRENTLY ON a (n);"
    tools.write({"1_a.sql": text})
    assert "cannot run inside a transaction block" in tools.sqlx_refuses("run")
    assert tools.ledger() == []
    assert tools.ours(migrate.up) == [1]
    assert tools.sqlx_ran("run") == []


def test_files_that_are_missing(tools: Tools) -> None:
    reversible = {"1_a.up.sql": "SELECT 1", "1_a.down.sql": "SELECT 1"}
    tools.write(reversible)
    assert tools.ours(migrate.up) == [1]
    tools.write({"2_b.sql": "SELECT 2", "3_c.sql": "SELECT 3"})
    assert "is missing in the resolved migrations" in tools.sqlx_refuses("run")
    assert tools.we_refuse(migrate.up) == "missing-migration"
    assert tools.ours(migrate.up, to=2, ignore_missing=True) == [2]
    assert tools.sqlx_ran("run", "--ignore-missing") == [3]
    assert tools.we_refuse(migrate.down) == "missing-migration"
    assert "is missing" in tools.sqlx_refuses("revert")
    # What has no file is passed over, and stays in the ledger.
    tools.write(reversible)
    assert tools.ours(migrate.down, ignore_missing=True) == [1]
    assert [version for version, *_ in tools.ledger()] == [2, 3]
    assert tools.ours(migrate.up, ignore_missing=True, allow_out_of_order=True) == [1]
    assert tools.sqlx_ran("revert", "--ignore-missing") == [1]
    assert tools.sqlx_ran("run", "--ignore-missing") == [1]
    # An earlier one is added: SQLx applies it, sqlgen asks.
    tools.write(reversible | {"0_z.sql": "SELECT 0", "2_b.sql": "SELECT 2", "3_c.sql": "SELECT 3"})  # fmt: skip
    assert tools.we_refuse(migrate.up) == "out-of-order-migration"
    assert tools.sqlx_ran("run") == [0]


def test_a_migration_without_a_down_file_is_passed_over_by_sqlx_alone(
    tools: Tools,
) -> None:
    tools.write(
        {
            "1_a.up.sql": "SELECT 1",
            "1_a.down.sql": "SELECT 1",
            "2_b.sql": "SELECT 2",
        }
    )
    assert tools.sqlx_ran("run") == [1, 2]
    assert tools.we_refuse(migrate.down) == "no-down-migration"
    assert tools.sqlx_ran("revert") == [1]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["001_a.sql"], ""),
        (["0_a.sql"], ""),
        (["9223372036854775807_a.sql"], ""),
        (["1_a.b.sql"], ""),
        (["1_a.UP.sql"], ""),
        (["1_a b.sql"], ""),
        (["1_ä.sql"], ""),
        (["1_a.up.up.sql"], ""),
        (["1_up.sql"], ""),
        (["1_a.up.sql", "1_b.down.sql"], ""),
        (["1_a.up.sql", "2_b.sql"], ""),
        (["1_a.SQL"], ""),
        (["1_a.txt", "README.md", "1_a.sql.bak", "1_a.sql~"], ""),
        # In the table of differences:
        (["foo.sql"], "bad-migration-name"),
        (["1.sql"], "bad-migration-name"),
        (["1-a.sql"], "bad-migration-name"),
        (["1_.sql"], "bad-migration-name"),
        (["1_.up.sql"], "bad-migration-name"),
        (["-1_a.sql"], "bad-migration-name"),
        (["+1_a.sql"], "bad-migration-name"),
        (["x_a.sql"], "bad-migration-name"),
        (["99999999999999999999_a.sql"], "bad-migration-version"),
        (["1_a.sql", "1_b.sql"], "duplicate-migration"),
        (["1_a.up.sql", "1_a.sql"], "duplicate-migration"),
        (["1_a.sql", "1_a.down.sql"], "mixed-migration-forms"),
        (["1_a.down.sql"], "down-without-up"),
    ],
    ids=str,
)
def test_names(tools: Tools, names: list[str], code: str) -> None:
    """The same versions and descriptions, or an error of ours, where SQLx fails or goes on."""
    tools.write(dict.fromkeys(names, "SELECT 1"))
    outcome = tools.sqlx("run")
    if code:
        with pytest.raises(SqlgenError) as caught:
            tools.migrations()
        assert {d.code for d in caught.value.diagnostics} == {code}
        return
    assert outcome.returncode == 0, outcome.stdout
    ours = [(m.version, m.description, True) for m in tools.migrations()]
    assert tools.ledger() == ours


def test_folders_and_empty_files(tools: Tools) -> None:
    tools.write({"1_a.sql": "", "2_b.sql": "-- nothing\n"})
    for name in ("sub", "3_c.sql"):
        (tools.folder / name).mkdir()
        (tools.folder / name / "4_d.sql").write_text("SELECT nothing")
    try:
        assert tools.sqlx_ran("run") == [1, 2]
        assert tools.states() == dict.fromkeys([1, 2], MigrationState.APPLIED)
        tools.connection.execute(f"DELETE FROM {TABLE}".encode())
        assert tools.ours(migrate.up) == [1, 2]
    finally:
        for name in ("sub", "3_c.sql"):
            shutil.rmtree(tools.folder / name)


@pytest.mark.parametrize(
    "head",
    [
        "-- no-transaction\n",
        "-- no-transaction\r\n",
        "-- no-transactions\n",
        " -- no-transaction\n",
        "-- NO-TRANSACTION\n",
        "--no-transaction\n",
        "\n-- no-transaction\n",
        "/* */-- no-transaction\n",
    ],
)
def test_the_first_line(tools: Tools, head: str) -> None:
    tools.write({"1_a.sql": f"{head}VACUUM pg_class"})
    runs_alone = tools.sqlx("run").returncode == 0
    assert runs_alone != tools.migrations()[0].transactional


def test_a_squashed_migration(tools: Tools) -> None:
    """SQLx sees changed and missing files, until `repair` has replaced the rows."""
    tools.write({"1_a.sql": "CREATE TABLE a ();", "2_b.sql": "CREATE TABLE b ();"})
    assert tools.sqlx_ran("run") == [1, 2]
    head = [
        f"-- sqlgen: squashes {m.version} {m.up.sha384.hex()}\n"
        for m in tools.migrations()
    ]
    text = "".join(head) + "CREATE TABLE a ();\nCREATE TABLE b ();"
    tools.write({"2_squashed.sql": text, "3_c.sql": "CREATE TABLE c ();"})
    assert "is missing in the resolved migrations" in tools.sqlx_refuses("run")
    assert tools.states()[2] is MigrationState.SQUASHED
    assert tools.ours(migrate.up) == [3]
    migrate.repair(tools.conninfo, tools.migrations(), table=TABLE)
    assert tools.sqlx_ran("run") == []
    assert tools.sqlx_installed() == [2, 3]
    tools.connection.execute(f"DROP TABLE a, b, c, {TABLE}".encode())
    assert tools.sqlx_ran("run") == [2, 3]
