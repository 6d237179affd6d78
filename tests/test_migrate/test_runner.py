"""The workflow on real servers."""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import migrate, parse, read
from sqlgen.migrate import MigrationState
from sqlgen.model.diagnostic import ServerUnavailableError, SqlgenError
from sqlgen.model.migration import Migration

Connection = psycopg.Connection[TupleRow]
Folder = Callable[[Mapping[str, str | bytes]], tuple[Migration, ...]]

SHOP = {
    "0001_create_items.up.sql": "CREATE TABLE items (id int PRIMARY KEY);",
    "0001_create_items.down.sql": "DROP TABLE items;",
    "0002_add_names.up.sql": "ALTER TABLE items ADD name text;",
    "0002_add_names.down.sql": "ALTER TABLE items DROP name;",
    "0003_index_names.up.sql": "-- no-transaction\nCREATE INDEX CONCURRENTLY items_name ON items (name);",
    "0003_index_names.down.sql": "-- no-transaction\nDROP INDEX CONCURRENTLY items_name;",
}


def ledger(
    connection: Connection, table: str = "_sqlgen_migrations"
) -> list[tuple[Any, ...]]:
    """Return the ledger's rows without their times."""
    columns = "version, description, success, checksum, execution_time > 0"
    return connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()


def refused(action: Any, *args: Any, **options: Any) -> list[str]:
    """Return the codes and messages that *action* raises."""
    with pytest.raises(SqlgenError) as caught:
        action(*args, **options)
    return [f"{d.code}: {d.message}" for d in caught.value.diagnostics]


def test_up_applies_pending_migrations_and_records_them(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    migrations = folder(SHOP)
    assert [s.state for s in migrate.status(conninfo, migrations)] == [
        MigrationState.PENDING
    ] * 3
    first = migrate.up(conninfo, migrations, to=1)
    assert [done.migration.version for done in first] == [1]
    seen: list[int] = []
    migrate.up(
        conninfo, migrations, progress=lambda done: seen.append(done.migration.version)
    )
    assert seen == [2, 3]
    assert migrate.up(conninfo, migrations) == ()
    assert ledger(connection) == [
        (
            m.version,
            m.description,
            True,
            hashlib.sha384(m.up.text.encode()).digest(),
            True,
        )
        for m in migrations
    ]
    assert {s.state for s in migrate.status(conninfo, migrations)} == {
        MigrationState.APPLIED
    }


def test_a_dry_run_changes_nothing(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    pending = migrate.dry_run(conninfo, folder(SHOP))
    assert [s.version for s in pending.statuses] == [1, 2, 3]
    assert connection.execute(
        "SELECT count(*) FROM pg_tables WHERE tablename ~ 'migr'"
    ).fetchone() == (0,)


def test_down_reverts_the_last_ones(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    migrations = folder(SHOP)
    migrate.up(conninfo, migrations)
    assert [d.migration.version for d in migrate.down(conninfo, migrations)] == [3]
    assert [d.migration.version for d in migrate.down(conninfo, migrations, to=0)] == [
        2,
        1,
    ]
    assert ledger(connection) == []
    assert connection.execute("SELECT to_regclass('items')").fetchone() == (None,)


def test_down_needs_all_down_files_before_it_starts(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    files = {k: v for k, v in SHOP.items() if k != "0002_add_names.down.sql"}
    migrations = folder(files)
    migrate.up(conninfo, migrations)
    expected = ["no-down-migration: migration 2 (`add names`) has no down file"]
    assert refused(migrate.down, conninfo, migrations, to=0) == expected
    assert len(ledger(connection)) == 3


def test_a_failing_migration_is_rolled_back(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    migrations = folder(
        SHOP | {"0002_add_names.up.sql": "CREATE TABLE t ();\nSELECT nope;"}
    )
    expected = ['42703: column "nope" does not exist']
    assert refused(migrate.up, conninfo, migrations) == expected
    assert [row[0] for row in ledger(connection)] == [1]
    assert connection.execute("SELECT to_regclass('t')").fetchone() == (None,)
    migrate.up(conninfo, folder(SHOP))


def test_all_checks_come_before_anything_runs(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    migrate.up(
        conninfo,
        folder(
            {k: v for k, v in SHOP.items() if "0002" not in k}
            | {"0004_gone.sql": "", "0003_index_names.up.sql": "SELECT 1;"}
        ),
    )
    changed = folder(
        SHOP
        | {
            "0001_create_items.up.sql": "SELECT 1;",
            "0005_new.sql": "CREATE TABLE t ();",
        }
    )
    assert refused(migrate.up, conninfo, changed) == [
        "changed-migration: migration 1 (`create items`) has changed since it was applied",
        "out-of-order-migration: migration 2 (`add names`) is pending, but a later one is applied already",
        "changed-migration: migration 3 (`index names`) has changed since it was applied",
        "missing-migration: migration 4 (`gone`) is applied, but its file is missing",
    ]
    assert refused(migrate.dry_run, conninfo, changed) == refused(
        migrate.up, conninfo, changed
    )
    assert connection.execute("SELECT to_regclass('t')").fetchone() == (None,)


def test_out_of_order_may_be_allowed(conninfo: str, folder: Folder) -> None:
    migrate.up(conninfo, folder({"1_a.sql": "", "3_c.sql": ""}))
    migrations = folder({"1_a.sql": "", "2_b.sql": "", "3_c.sql": ""})
    done = migrate.up(conninfo, migrations, allow_out_of_order=True)
    assert [d.migration.version for d in done] == [2]


def test_an_unknown_version_is_refused(conninfo: str, folder: Folder) -> None:
    expected = ["unknown-version: there is no migration of version 7"]
    assert refused(migrate.up, conninfo, folder(SHOP), to=7) == expected
    assert refused(migrate.baseline, conninfo, folder(SHOP), 7) == expected


@pytest.mark.parametrize(
    "other", [b"SELECT 1;\r\nSELECT 2;\r\n", b"\xef\xbb\xbfSELECT 1;\nSELECT 2;\n"]
)
def test_other_line_endings_are_accepted_with_a_warning(
    conninfo: str, folder: Folder, caplog: pytest.LogCaptureFixture, other: bytes
) -> None:
    migrate.up(conninfo, folder({"1_a.sql": "SELECT 1;\nSELECT 2;\n"}))
    migrations = folder({"1_a.sql": other})
    assert migrate.up(conninfo, migrations) == ()
    assert "migration 1 (`a`) was applied with other line endings" in caplog.text
    repaired = migrate.repair(conninfo, migrations)
    assert [s.state for s in repaired] == [MigrationState.LINE_ENDINGS]
    assert [s.state for s in migrate.status(conninfo, migrations)] == [
        MigrationState.APPLIED
    ]


def test_repair_accepts_a_changed_file(conninfo: str, folder: Folder) -> None:
    migrate.up(conninfo, folder({"1_a.sql": "SELECT 1", "2_b.sql": "SELECT 2"}))
    migrations = folder({"1_a.sql": "SELECT 11", "2_b.sql": "SELECT 22"})
    assert [s.version for s in migrate.repair(conninfo, migrations, versions=[1])] == [
        1
    ]
    assert [s.state for s in migrate.status(conninfo, migrations)] == [
        MigrationState.APPLIED,
        MigrationState.CHANGED,
    ]


def test_baseline_marks_without_running(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    connection.execute("CREATE TABLE items (id int, name text)")
    migrations = folder(SHOP)
    assert [m.version for m in migrate.baseline(conninfo, migrations, 2)] == [1, 2]
    assert [d.migration.version for d in migrate.up(conninfo, migrations)] == [3]


def test_a_migration_without_a_transaction_continues_where_it_stopped(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    text = (
        "-- no-transaction\nSET search_path = s; CREATE SCHEMA s; CREATE TABLE t (n int);\n"
        "INSERT INTO missing VALUES (1);\nCREATE INDEX CONCURRENTLY ON t (n)"
    )
    migrations = folder({"1_a.sql": text})
    with pytest.raises(SqlgenError) as caught:
        migrate.up(conninfo, migrations)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.label is not None
    assert diagnostic.label.span.line == 3
    assert "this is statement 4 of 5" in diagnostic.hint
    assert [s.state for s in migrate.status(conninfo, migrations)] == [
        MigrationState.STOPPED
    ]
    assert refused(migrate.down, conninfo, migrations)[0].startswith(
        "stopped-migration"
    )

    fixed = folder({"1_a.sql": text.replace("missing", "t")})
    assert refused(migrate.up, conninfo, fixed) == [
        "stopped-migration: migration 1 (`a`) stopped after 3 of its statements, and has changed since"
    ]
    migrate.repair(conninfo, fixed)
    migrate.up(conninfo, fixed)
    assert connection.execute("SELECT * FROM s.t").fetchall() == [(1,)]
    assert [s.state for s in migrate.status(conninfo, fixed)] == [
        MigrationState.APPLIED
    ]


def test_settings_of_a_migration_do_not_affect_the_ledger(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    text = "SELECT pg_catalog.set_config('search_path', '', false); SET ROLE pg_monitor"
    migrate.up(conninfo, folder({"1_a.sql": text, "2_b.sql": "CREATE TABLE t ()"}))
    assert connection.execute("SELECT to_regclass('public.t')::text").fetchone() == (
        "t",
    )


def test_a_script_may_end_the_transaction_itself(conninfo: str, folder: Folder) -> None:
    migrations = folder({"1_a.sql": "BEGIN; CREATE TABLE t (); COMMIT;"})
    migrate.up(conninfo, migrations)
    assert [s.state for s in migrate.status(conninfo, migrations)] == [
        MigrationState.APPLIED
    ]


def test_the_ledger_may_be_in_a_schema_of_its_own(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    connection.execute('CREATE SCHEMA "My"')
    migrations = folder(SHOP)
    migrate.up(conninfo, migrations, table="My.ledger")
    assert len(ledger(connection, '"My".ledger')) == 3


def test_the_ledger_is_that_of_the_schema_in_which_it_would_be_created(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    """That of `public` says nothing of a tenant's schema before it in the search path."""
    migrations = folder(SHOP)
    migrate.up(conninfo, migrations)
    connection.execute("CREATE SCHEMA tenant_2")
    tenant = psycopg.conninfo.make_conninfo(
        conninfo, options="-csearch_path=nowhere,tenant_2,public"
    )
    assert [s.state for s in migrate.status(tenant, migrations)] == [
        MigrationState.PENDING
    ] * 3
    migrate.up(tenant, migrations)
    assert len(ledger(connection, "tenant_2._sqlgen_migrations")) == 3
    assert connection.execute("SELECT to_regclass('tenant_2.items')::text").fetchone()


def test_a_database_that_was_filled_by_other_means(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    connection.execute("CREATE TABLE items (id int)")
    with pytest.raises(SqlgenError) as caught:
        migrate.up(conninfo, folder(SHOP))
    (diagnostic,) = caught.value.diagnostics
    assert "`sqlgen migrate baseline N`" in diagnostic.hint


def test_a_missing_extension_of_a_real_database(conninfo: str, folder: Folder) -> None:
    with pytest.raises(SqlgenError) as caught:
        migrate.up(conninfo, folder({"1_a.sql": "CREATE EXTENSION nope"}))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.hint.startswith("install `nope` on the database's server")


def test_a_lost_connection_is_reported(conninfo: str, folder: Folder) -> None:
    migrations = folder(
        {"1_a.sql": "CREATE TABLE t ();\nSELECT pg_terminate_backend(pg_backend_pid())"}
    )
    expected = ["57P01: terminating connection due to administrator command"]
    assert refused(migrate.up, conninfo, migrations) == expected
    assert [s.state for s in migrate.status(conninfo, migrations)] == [
        MigrationState.PENDING
    ]


def test_a_missing_privilege_is_reported(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    connection.execute(
        "CREATE ROLE reader LOGIN; REVOKE CREATE ON SCHEMA public FROM public"
    )
    try:
        reader = psycopg.conninfo.make_conninfo(conninfo, user="reader")
        with pytest.raises(SqlgenError, match="denied for schema public") as caught:
            migrate.up(reader, folder(SHOP))
        assert type(caught.value) is SqlgenError  # the server was reached
        assert "may create the ledger's table" in caught.value.diagnostics[0].hint
    finally:
        connection.execute("DROP ROLE reader")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql//me:s3cret@host/x", "cannot be read"),
        ("postgresql://me:more@s3cret@host/x", "cannot be read"),
        ("postgresql://me:s3cret/more@host/x", "cannot be read"),
        ("postgresql://me:s3cret@host.invalid/x", "host.invalid"),
    ],
)
def test_an_unreachable_database_is_reported_without_the_password(
    folder: Folder, url: str, message: str
) -> None:
    with pytest.raises(ServerUnavailableError, match=message) as caught:
        migrate.up(url, folder(SHOP))
    assert "s3cret" not in str(caught.value)


def test_a_big_folder(connection: Connection, conninfo: str, folder: Folder) -> None:
    files = {f"{n:04}_step_{n}.sql": f"CREATE TABLE t{n} ()" for n in range(1, 2001)}
    migrations = folder(files)
    assert len(migrate.up(conninfo, migrations)) == 2000
    assert len(ledger(connection)) == 2000


def test_odd_files(conninfo: str, folder: Folder) -> None:
    migrations = folder(
        {
            "1_empty.sql": "",
            "2_größe_😀.sql": b"\xef\xbb\xbfSELECT '\xc3\xa9'",
            "3_crlf.sql": "SELECT 1;\r\n-- no end",
        }
    )
    assert len(migrate.up(conninfo, migrations)) == 3
    assert {s.state for s in migrate.status(conninfo, migrations)} == {
        MigrationState.APPLIED
    }


def test_a_symlink_is_read_as_its_target(
    conninfo: str, folder: Folder, tmp_path: Path
) -> None:
    folder({"1_a.sql": "CREATE TABLE a ()"})
    shared = tmp_path / "shared.sql"
    shared.write_text("CREATE TABLE b ()")
    (tmp_path / "migrations/2_b.sql").symlink_to(shared)
    migrations = parse.migrations(read.sources(tmp_path, "migrations"))
    assert len(migrate.up(conninfo, migrations)) == 2
    shared.write_text("CREATE TABLE c ()")
    changed = parse.migrations(read.sources(tmp_path, "migrations"))
    states = [status.state for status in migrate.status(conninfo, changed)]
    assert states == [MigrationState.APPLIED, MigrationState.CHANGED]


def test_a_full_disk_is_reported_with_the_servers_message(
    conninfo: str, folder: Folder
) -> None:
    """Nobody fills the disk here: the server's error of that case is raised by hand."""
    full = """DO $$ BEGIN RAISE 'could not extend file "base/1/2": No space left on device'
        USING ERRCODE = 'disk_full', HINT = 'Check free disk space.'; END $$"""
    migrations = folder({"1_a.sql": f"CREATE TABLE t ();\n{full}"})
    assert refused(migrate.up, conninfo, migrations) == [
        '53100: could not extend file "base/1/2": No space left on device'
    ]
    assert [s.state for s in migrate.status(conninfo, migrations)] == [
        MigrationState.PENDING
    ]


def test_the_lock_is_released_after_a_failure(conninfo: str, folder: Folder) -> None:
    with suppress(SqlgenError):
        migrate.up(conninfo, folder({"1_a.sql": "SELECT nope"}))
    migrate.up(conninfo, folder({"1_a.sql": "SELECT 1"}), lock_timeout=0.0)
