"""The same migrations in each of several schemas, as tenants have them."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen import migrate
from sqlgen.migrate import MigrationState, aapply, apply
from sqlgen.model.diagnostic import ConfigurationError, SqlgenError
from sqlgen.model.migration import Migration

Connection = psycopg.Connection[TupleRow]
Folder = Callable[[Mapping[str, str | bytes]], tuple[Migration, ...]]

FILES = {
    "1_a.up.sql": "CREATE TABLE a (n int); SET search_path = public; SET TimeZone = 'Asia/Tokyo';",
    "1_a.down.sql": "DROP TABLE a;",
    "2_b.up.sql": "-- no-transaction\nCREATE INDEX CONCURRENTLY a_n ON a (n);\n"
    "INSERT INTO a SELECT count(*) FROM shared;",
    "2_b.down.sql": "-- no-transaction\nDROP INDEX CONCURRENTLY a_n; DELETE FROM a;",
}
NAMES = ["tenant_1", "Tenant 2", 'dot.and"quote', "naïve", "select", "$5", "a\\b"]
APPLY = (
    "import sys; from sqlgen.migrate import apply;"
    " print(len(apply(sys.argv[1], sys.argv[2], schema=sys.argv[3])))"
)


def tables(connection: Connection, schema: str) -> set[str]:
    query = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)"
    rows = connection.execute(query, (schema,)).fetchall()
    return {name for (name,) in rows if not name.endswith("_pkey")}


EXPECTED = {"a", "a_n", "_sqlgen_migrations"}


@pytest.mark.parametrize("schema", NAMES)
def test_all_is_done_in_the_schema(
    connection: Connection, conninfo: str, folder: Folder, schema: str
) -> None:
    connection.execute("CREATE TABLE shared AS SELECT 1 AS x")
    migrations = folder(FILES)
    pending = migrate.ledger_status(conninfo, migrations, schema=schema)
    assert (pending.ledger, pending.schema) == (None, schema)
    assert [s.state for s in pending.statuses] == [MigrationState.PENDING] * 2
    assert len(migrate.dry_run(conninfo, migrations, schema=schema).migrations) == 2
    assert tables(connection, schema) == set()
    runs = migrate.up(conninfo, migrations, schema=schema)
    assert [run.migration.version for run in runs] == [1, 2]
    assert tables(connection, schema) == EXPECTED
    assert tables(connection, "public") == {"shared"}
    name = sql.Identifier(schema, "a")
    assert connection.execute(sql.SQL("SELECT n FROM {}").format(name)).fetchall() == [
        (1,)
    ]
    done = migrate.ledger_status(conninfo, migrations, schema=schema)
    assert str(done.ledger) == f"{schema}._sqlgen_migrations"
    assert {s.state for s in done.statuses} == {MigrationState.APPLIED}
    assert migrate.up(conninfo, migrations, schema=schema) == ()
    assert len(migrate.down(conninfo, migrations, schema=schema, to=0)) == 2
    assert tables(connection, schema) == {"_sqlgen_migrations"}


def test_a_ledger_in_the_next_schema_is_not_taken_for_the_own_one(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    migrations = folder({"1_a.sql": "CREATE TABLE a ()"})
    migrate.up(conninfo, migrations)
    statuses = migrate.status(conninfo, migrations, schema="tenant_1")
    assert [s.state for s in statuses] == [MigrationState.PENDING]
    assert len(migrate.up(conninfo, migrations, schema="tenant_1")) == 1
    assert len(migrate.repair(conninfo, migrations, schema="tenant_1")) == 0
    changed = folder({"1_a.sql": "CREATE TABLE a (); -- "})
    assert len(migrate.repair(conninfo, changed, schema="tenant_1")) == 1
    states = [s.state for s in migrate.status(conninfo, changed)]
    assert states == [MigrationState.CHANGED]
    connection.execute("CREATE SCHEMA old; CREATE TABLE old.a ()")
    assert len(migrate.baseline(conninfo, changed, 1, schema="old")) == 1


def refused(action: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(SqlgenError) as caught:
        action(*args, **options)
    (diagnostic,) = caught.value.diagnostics
    return f"{diagnostic.code}: {diagnostic.message}"


def test_what_cannot_be_is_refused(
    connection: Connection, conninfo: str, folder: Folder, tmp_path: Path
) -> None:
    migrations = folder(FILES)
    for action in (migrate.down, migrate.repair):
        message = refused(action, conninfo, migrations, schema="nowhere")
        assert message == "no-schema: there is no schema `nowhere`"
    for name in ("", "x" * 64, "ä" * 32, "a\0b"):
        message = refused(migrate.up, conninfo, migrations, schema=name)
        assert message == f"bad-schema: `{name}` cannot be the name of a schema"
    with pytest.raises(ConfigurationError):
        apply(conninfo, tmp_path / "migrations", schema="t", table="other.ledger")
    # PostgreSQL replaces this name by the user's, wherever it stands in a search path.
    message = refused(migrate.up, conninfo, migrations, schema="$user")
    assert message.startswith("schema-not-usable")
    assert tables(connection, "public") == set()
    message = refused(migrate.up, conninfo, migrations, schema="pg_mine")
    assert message.startswith("42939: unacceptable schema name")


def test_a_schema_of_somebody_else_is_refused(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    """Otherwise the tables would be created in the next schema of the search path."""
    name = f"tenant_user_{connection.info.backend_pid}"
    connection.execute(f"CREATE ROLE {name} LOGIN".encode())
    try:
        connection.execute(f"CREATE SCHEMA private; GRANT ALL ON SCHEMA public TO {name}".encode())  # fmt: skip
        theirs = make_conninfo(conninfo, user=name)
        message = refused(migrate.up, theirs, folder(FILES), schema="private")
        assert message == (
            "schema-not-usable: this user may not use the schema `private`"
        )
        message = refused(migrate.up, theirs, folder(FILES), schema="new")
        assert message.startswith("42501: permission denied for database")
        assert tables(connection, "public") == set()
    finally:
        connection.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())


def test_a_stopped_file_goes_on_in_its_schema(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    migrations = folder(FILES)
    for schema in ("t1", "t2"):
        assert "shared" in refused(migrate.up, conninfo, migrations, schema=schema)
    connection.execute("CREATE TABLE shared ()")
    for schema in ("t1", "t2"):
        assert len(migrate.up(conninfo, migrations, schema=schema)) == 1
        assert tables(connection, schema) == EXPECTED
    assert tables(connection, "public") == {"shared"}


def test_a_service_applies_in_a_schema(
    connection: Connection,
    conninfo: str,
    folder: Folder,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The rest of the search path is that of the connection string, or of the role."""
    connection.execute("CREATE SCHEMA other; CREATE TABLE other.shared ()")
    folder(FILES)
    theirs = make_conninfo(conninfo, options="-c search_path=nowhere,other")
    caplog.set_level(logging.INFO, "sqlgen.migrate")
    assert len(apply(theirs, tmp_path / "migrations", schema="t1")) == 2
    assert "created the schema t1" in caplog.messages
    assert len(asyncio.run(aapply(theirs, tmp_path / "migrations", schema="t2"))) == 2
    with psycopg.connect(theirs) as open_connection:
        assert len(apply(open_connection, tmp_path / "migrations", schema="t3")) == 2
        assert apply(open_connection, tmp_path / "migrations", schema="t1") == ()
    for schema in ("t1", "t2", "t3"):
        assert tables(connection, schema) == EXPECTED


def test_processes_that_start_at_once_create_a_schema_once(
    connection: Connection, conninfo: str, folder: Folder, tmp_path: Path
) -> None:
    connection.execute("CREATE TABLE shared ()")
    folder(FILES)
    command = [sys.executable, "-c", APPLY, conninfo, str(tmp_path / "migrations")]
    children = [
        subprocess.Popen(
            [*command, schema],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for schema in ("t1", "t2", "t1", "t2", "t1", "t2")
    ]
    outputs = [child.communicate() for child in children]
    assert [error for _, error in outputs] == [""] * 6
    assert sorted(int(output) for output, _ in outputs) == [0, 0, 0, 0, 2, 2]
