"""`apply`, called by services that start at once, and are killed meanwhile."""

import asyncio
import hashlib
import logging
import random
import signal
import subprocess
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import migrate
from sqlgen.migrate import aapply, apply
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.migration import Migration

Connection = psycopg.Connection[TupleRow]
Folder = Callable[[Mapping[str, str | bytes]], tuple[Migration, ...]]

FILES = {
    "1_a.sql": "CREATE TABLE a (n int); INSERT INTO a VALUES (1);",
    "2_b.sql": "INSERT INTO a SELECT 2 FROM pg_sleep(0.05);",
    "3_c.sql": "-- no-transaction\nCREATE INDEX CONCURRENTLY a_n ON a (n); INSERT INTO a VALUES (3);",
    "4_d.sql": "INSERT INTO a VALUES (4);",
}
APPLY = "import sys; from sqlgen.migrate import apply; print(len(apply(sys.argv[1], sys.argv[2])))"

# As SQLx makes it (sqlx-postgres, migrate.rs).
SQLX = """
CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL
);
"""


def start(conninfo: str, folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", APPLY, conninfo, str(folder)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_twenty_processes_apply_each_migration_once(
    connection: Connection, conninfo: str, folder: Folder, tmp_path: Path
) -> None:
    folder(FILES)
    children = [start(conninfo, tmp_path / "migrations") for _ in range(20)]
    outputs = [child.communicate() for child in children]
    assert [error for _, error in outputs] == [""] * 20
    assert sorted(int(output) for output, _ in outputs) == [0] * 19 + [4]
    assert connection.execute("SELECT n FROM a ORDER BY n").fetchall() == [
        (1,),
        (2,),
        (3,),
        (4,),
    ]


def test_the_work_of_a_killed_process_is_finished_by_the_next(
    connection: Connection, conninfo: str, folder: Folder, tmp_path: Path
) -> None:
    """Kill it at random times: each migration in a transaction is applied exactly once."""
    chance = random.Random(7)
    files = {
        f"{n:02}_step.sql": f"CREATE TABLE t{n} (); SELECT pg_sleep(0.01);"
        for n in range(1, 41)
    }
    migrations = folder(files)
    for _ in range(6):
        child = start(conninfo, tmp_path / "migrations")
        # Somewhere between its start and its end.
        watch = threading.Timer(
            chance.uniform(0.1, 0.5), child.send_signal, (signal.SIGKILL,)
        )
        watch.start()
        child.communicate()
        watch.cancel()
    apply(conninfo, tmp_path / "migrations")
    assert [s.state for s in migrate.status(conninfo, migrations)] == [
        migrate.MigrationState.APPLIED
    ] * 40
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '^t'"
    assert connection.execute(tables).fetchone() == (40,)


def test_the_running_statement_of_a_killed_process_is_waited_for(
    connection: Connection, conninfo: str, folder: Folder, tmp_path: Path
) -> None:
    """Its server process continues the statement although the client is gone."""
    slow = "-- no-transaction\nSELECT pg_sleep(1);\nCREATE TABLE IF NOT EXISTS t ();"
    folder({"1_a.sql": slow})
    child = start(conninfo, tmp_path / "migrations")
    busy = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'"
    while connection.execute(busy).fetchone() is None:
        continue
    child.kill()
    child.communicate()
    assert len(apply(conninfo, tmp_path / "migrations")) == 1
    count = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"
    assert connection.execute(count).fetchone() == (0,)


def test_sessions_that_wait_are_not_idle(
    connection: Connection, conninfo: str, folder: Folder, tmp_path: Path
) -> None:
    """That of the lock waits for the migrations, and that of the migrations for the lock."""
    name = connection.info.dbname
    connection.execute(f"ALTER DATABASE {name} SET idle_session_timeout = 300".encode())
    slow = {"1_a.sql": "SELECT pg_sleep(1)", "2_b.sql": "CREATE TABLE b ()"}
    folder(slow)
    children = [start(conninfo, tmp_path / "migrations") for _ in range(3)]
    outputs = [child.communicate() for child in children]
    assert [error for _, error in outputs] == [""] * 3
    assert sorted(int(output) for output, _ in outputs) == [0, 0, 2]


def test_a_killed_process_leaves_no_statement_running(
    connection: Connection, conninfo: str, folder: Folder, tmp_path: Path
) -> None:
    """The server looks for its client once a second, and ends what nobody would record."""
    folder({"1_a.sql": "CREATE TABLE a (); SELECT pg_sleep(600)"})
    child = start(conninfo, tmp_path / "migrations")
    busy = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'CREATE TABLE a%'"
    while connection.execute(busy).fetchone() is None:
        assert child.poll() is None
    child.kill()
    child.communicate()
    folder({"1_a.sql": "CREATE TABLE a ()"})
    assert len(apply(conninfo, tmp_path / "migrations")) == 1


def test_a_service_that_is_older_or_younger_than_the_database(
    conninfo: str,
    folder: Folder,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    files = {f"{n}_x.sql": f"SELECT {n}" for n in (1, 2, 3)}
    path = tmp_path / "migrations"
    folder(files)
    apply(conninfo, path)
    older = {"1_x.sql": files["1_x.sql"], "2_x.sql": files["2_x.sql"]}
    folder(older)
    for run in (apply, lambda *a, **k: asyncio.run(aapply(*a, **k))):
        with pytest.raises(SqlgenError, match="its file is missing"):
            run(conninfo, path)
        caplog.clear()
        assert run(conninfo, path, ignore_missing=True) == ()
        assert "the database is newer than these files" in caplog.text
    folder({"0_z.sql": "SELECT 0", **files})
    with pytest.raises(SqlgenError, match="a later one is applied"):
        apply(conninfo, path)
    assert len(apply(conninfo, path, allow_out_of_order=True)) == 1


def test_the_holder_of_the_lock_is_named(
    connection: Connection,
    conninfo: str,
    folder: Folder,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder(FILES)
    caplog.set_level(logging.INFO, "sqlgen.migrate")
    number = 0x3D32AD9E * zlib.crc32(connection.info.dbname.encode())
    connection.execute("SELECT pg_advisory_lock(%s)", (number,))
    connection.execute("SET application_name = 'my service'")
    holder = f"process {connection.info.backend_pid} (my service)"
    with pytest.raises(SqlgenError) as caught:
        apply(conninfo, tmp_path / "migrations", lock_timeout=0.05)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "migrations-locked"
    assert f"not free within 0.05 s: {holder} holds it" in diagnostic.message
    assert f"waiting for the migrations' lock, which {holder} holds" in caplog.text


def test_the_lock_key_is_sqlxs() -> None:
    assert migrate.lock_key("postgres") == 368907709894077238


def test_sqlxs_ledger_is_continued(
    connection: Connection, conninfo: str, folder: Folder, tmp_path: Path
) -> None:
    migrations = folder(FILES)
    connection.execute(SQLX)
    connection.execute("CREATE TABLE a (n int); INSERT INTO a VALUES (1)")
    row = (1, "a", True, hashlib.sha384(FILES["1_a.sql"].encode()).digest(), 1234567)
    statement = (
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)"
        " VALUES (%s, %s, %s, %s, %s)"
    )
    connection.execute(statement, row)
    with pytest.raises(SqlgenError, match="SQLx has migrated this database"):
        apply(conninfo, tmp_path / "migrations")
    done = apply(conninfo, tmp_path / "migrations", table="_sqlx_migrations")
    assert [d.migration.version for d in done] == [2, 3, 4]
    rows = connection.execute(
        "SELECT version, description, success, checksum, execution_time > 0 FROM _sqlx_migrations"
        " ORDER BY version"
    ).fetchall()
    assert rows == [
        (m.version, m.description, True, m.up.sha384, True) for m in migrations
    ]


def test_the_ledger_has_the_form_of_sqlxs(
    connection: Connection, conninfo: str, folder: Folder, tmp_path: Path
) -> None:
    folder(FILES)
    apply(conninfo, tmp_path / "migrations")
    connection.execute(SQLX)
    columns = """
        SELECT attnum, attname, format_type(atttypid, atttypmod), attnotnull,
          pg_get_expr(adbin, adrelid)
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum
    """
    sqlgen_columns, sqlx_columns = (
        connection.execute(columns, (table,)).fetchall()
        for table in ("_sqlgen_migrations", "_sqlx_migrations")
    )
    assert sqlgen_columns == sqlx_columns


def test_from_asyncio(
    connection: Connection, conninfo: str, folder: Folder, tmp_path: Path
) -> None:
    folder(FILES)

    async def services() -> list[int]:
        async with await psycopg.AsyncConnection.connect(conninfo) as open_connection:
            databases: list[Any] = [conninfo, open_connection, conninfo]
            calls = (
                aapply(database, tmp_path / "migrations") for database in databases
            )
            return [len(done) for done in await asyncio.gather(*calls)]

    assert sorted(asyncio.run(services())) == [0, 0, 4]
    assert connection.execute("SELECT count(*) FROM a").fetchone() == (4,)


def test_a_cancelled_service_leaves_nothing_behind(
    connection: Connection, conninfo: str, folder: Folder, tmp_path: Path
) -> None:
    migrations = folder({"1_a.sql": "CREATE TABLE t ();\nSELECT pg_sleep(60);"})

    async def cancelled() -> None:
        task = asyncio.create_task(aapply(conninfo, tmp_path / "migrations"))
        busy = "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)%'"
        while (
            connection.execute(f"{busy} AND pid <> pg_backend_pid()").fetchone() is None
        ):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert [s.state for s in migrate.status(conninfo, migrations)] == [
        migrate.MigrationState.PENDING
    ]
    migrate.up(conninfo, folder({"1_a.sql": "SELECT 1"}), lock_timeout=0)


def test_from_an_open_connection(
    connection: Connection, folder: Folder, tmp_path: Path
) -> None:
    folder(FILES)
    assert len(apply(connection, str(tmp_path / "migrations"))) == 4


def test_from_a_resource_in_a_zip_file(conninfo: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        for name, text in FILES.items():
            archive.writestr(f"app/migrations/{name}", text)
    assert (
        len(apply(conninfo, zipfile.Path(tmp_path / "app.zip") / "app" / "migrations"))
        == 4
    )


def test_applied_migrations_are_logged(
    conninfo: str, folder: Folder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "sqlgen.migrate")
    folder({"1_create_a.sql": ""})
    apply(conninfo, tmp_path / "migrations")
    assert caplog.messages[0] == "applying migration 1 (create a)"
    assert caplog.messages[1].startswith("applied migration 1 in 0.0")


def test_the_generators_libraries_are_not_imported() -> None:
    code = "import sys, sqlgen.migrate; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"black", "click", "rich", "platformdirs"} & set(loaded)


def test_a_missing_folder_is_named_with_its_path(tmp_path: Path) -> None:
    missing = tmp_path / "migrations"
    with pytest.raises(SqlgenError) as caught:
        apply("postgresql://", missing)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "missing-folder"
    assert (
        diagnostic.hint
        == f"pass the folder that has the migrations; this one is {missing}"
    )


def test_a_variable_that_is_not_set(folder: Folder, tmp_path: Path) -> None:
    folder(FILES)
    missing: Any = None
    with pytest.raises(TypeError, match=r"not NoneType; .* is DATABASE_URL"):
        apply(missing, tmp_path / "migrations")
    with pytest.raises(TypeError, match="DATABASE_URL"):
        asyncio.run(aapply(missing, tmp_path / "migrations"))
