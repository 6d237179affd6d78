"""Files without a transaction: what a failure or a kill leaves, and how the next run goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import migrate
from sqlgen.migrate import MigrationState, Resume
from sqlgen.model.diagnostic import Diagnostic, SqlgenError
from sqlgen.model.migration import Migration, StatementProgress

Connection = psycopg.Connection[TupleRow]
Folder = Callable[[Mapping[str, str | bytes]], tuple[Migration, ...]]
HEAD = "-- no-transaction\n"


def failure(action: Any, *args: Any, **options: Any) -> Diagnostic:
    """Return the diagnostic that *action* raises."""
    with pytest.raises(SqlgenError) as caught:
        action(*args, **options)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def states(conninfo: str, migrations: tuple[Migration, ...]) -> list[MigrationState]:
    return [s.state for s in migrate.status(conninfo, migrations)]


def relations(connection: Connection) -> list[str]:
    """Return the tables and indexes of `public` but the ledger's."""
    rows = connection.execute(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relname NOT LIKE '\\_sqlgen%' ORDER BY 1"
    )
    return [name for (name,) in rows]


@pytest.mark.parametrize("running", [False, True])
@pytest.mark.parametrize("reverting", [False, True])
@pytest.mark.parametrize("done", [0, 1, 7, 2**31])
def test_progress_survives_the_ledger(
    done: int, running: bool, reverting: bool
) -> None:
    progress = StatementProgress(done=done, running=running, reverting=reverting)
    assert StatementProgress.of_time(progress.time) == progress
    assert progress.time < 0


STATEMENTS = [
    "CREATE SCHEMA IF NOT EXISTS app",
    "SET search_path = app, public",
    "CREATE TABLE first ()",
    "SELECT set_config('search_path', 'public', false)",
    "CREATE TABLE second ()",
    "SET work_mem = '5MB'",
    "SET my.own = 'x'",
    "CREATE TABLE third AS SELECT current_setting('work_mem') AS a, current_setting('my.own') AS b",
    "RESET work_mem",
    "CREATE TABLE fourth AS SELECT current_setting('work_mem') AS a",
    "SET ROLE app_owner",
    "CREATE TABLE app.fifth AS SELECT current_user::text AS a",
    "SET LOCAL work_mem = '6MB'",
    "RESET ROLE",
    "CREATE TABLE sixth AS SELECT current_user::text AS a, current_setting('work_mem') AS b",
    "SET SESSION AUTHORIZATION app_owner",
    "CREATE TABLE app.seventh AS SELECT session_user::text AS a",
    "RESET SESSION AUTHORIZATION",
    "RESET ALL",
    "CREATE TABLE eighth AS SELECT current_setting('search_path') AS a, session_user::text AS b",
]


@pytest.fixture
def roles(connection: Connection) -> Any:
    connection.execute("CREATE ROLE app_owner; CREATE SCHEMA app")
    connection.execute("GRANT ALL ON SCHEMA app TO app_owner")
    yield
    connection.execute("DROP OWNED BY app_owner CASCADE; DROP ROLE app_owner")


def contents(connection: Connection) -> list[tuple[Any, ...]]:
    """Return each table with its schema, owner and rows."""
    tables = connection.execute(
        "SELECT schemaname, tablename, tableowner FROM pg_tables WHERE schemaname IN ('app', 'public')"
        " AND tablename NOT LIKE '\\_sqlgen%' ORDER BY 1, 2"
    ).fetchall()
    return [
        (*t, connection.execute(f"TABLE {t[0]}.{t[1]}".encode()).fetchall())
        for t in tables
    ]


@pytest.mark.usefixtures("roles")
def test_a_stopped_migration_goes_on_under_the_settings_that_it_had(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    """A stop before each statement changes nothing of the result."""
    migrate.up(conninfo, folder({"1_a.sql": HEAD + ";\n".join(STATEMENTS)}))
    expected = contents(connection)
    assert len(expected) == 8
    connection.execute("DROP TABLE _sqlgen_migrations; DROP SCHEMA app CASCADE")
    for _, name, *_ in expected:
        connection.execute(f"DROP TABLE IF EXISTS {name}".encode())

    for number in range(len(STATEMENTS)):
        stopped = list(STATEMENTS)
        stopped.insert(number, "SELECT 1/0")
        migrations = folder({"1_a.sql": HEAD + ";\n".join(stopped)})
        migrate.repair(conninfo, migrations)
        if number == 0:
            connection.execute(
                "CREATE SCHEMA app; GRANT ALL ON SCHEMA app TO app_owner"
            )
        assert failure(migrate.up, conninfo, migrations).code == "22012"
    migrations = folder({"1_a.sql": HEAD + ";\n".join(STATEMENTS)})
    migrate.repair(conninfo, migrations)
    migrate.up(conninfo, migrations)
    assert contents(connection) == expected
    leftover = "SELECT to_regclass('_sqlgen_migrations_resumption')"
    assert connection.execute(leftover).fetchone() == (None,)


def test_a_file_leaves_nothing_in_the_session(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    """One run of two migrations does what two runs do."""
    text = """CREATE TEMP TABLE items (id int); PREPARE p AS SELECT 1; LISTEN news;
        DECLARE c CURSOR WITH HOLD FOR SELECT 1; SET work_mem = '5MB'"""
    for head in ("", HEAD):
        after = f"""CREATE TABLE items (id int, n int);
            CREATE TABLE left_{len(head)} AS SELECT name FROM pg_prepared_statements
            UNION ALL SELECT name FROM pg_cursors WHERE name <> '' AND statement NOT LIKE 'CREATE%'
            UNION ALL SELECT current_setting('work_mem') WHERE current_setting('work_mem') = '5MB'
            UNION ALL SELECT pg_listening_channels();
            DROP TABLE items"""
        migrate.up(conninfo, folder({"1_a.sql": head + text, "2_b.sql": after}))
        rows = connection.execute(f"TABLE left_{len(head)}".encode()).fetchall()
        assert rows == []
        connection.execute("DROP TABLE _sqlgen_migrations")


@pytest.mark.usefixtures("roles")
def test_a_role_without_rights_on_the_ledger(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    statements = "SET ROLE app_owner; CREATE TABLE app.t (n int); CREATE INDEX CONCURRENTLY ON app.t (n);"
    migrate.up(conninfo, folder({"1_a.sql": HEAD + statements}))
    owner = "SELECT tableowner::text FROM pg_tables WHERE tablename = 't'"
    assert connection.execute(owner).fetchone() == ("app_owner",)


TRANSACTIONS = """
CREATE TABLE t (n int);
BEGIN;
INSERT INTO t VALUES (1);
SAVEPOINT s;
INSERT INTO t VALUES (2);
ROLLBACK TO s;
{}COMMIT;
START TRANSACTION; INSERT INTO t VALUES (3); ROLLBACK;
BEGIN; INSERT INTO t VALUES (4); END
"""


def test_a_transaction_of_the_file_itself_is_recorded_with_its_commit(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    migrations = folder({"1_a.sql": HEAD + TRANSACTIONS.format("SELECT 1/0;")})
    diagnostic = failure(migrate.up, conninfo, migrations)
    assert "in a transaction of the file's own: the first 1 stay" in diagnostic.hint
    assert connection.execute("TABLE t").fetchall() == []
    migrations = folder({"1_a.sql": HEAD + TRANSACTIONS.format("")})
    migrate.repair(conninfo, migrations)
    migrate.up(conninfo, migrations)
    assert connection.execute("TABLE t").fetchall() == [(1,), (4,)]


def test_a_file_must_end_its_transaction(conninfo: str, folder: Folder) -> None:
    migrations = folder({"1_a.sql": HEAD + "CREATE TABLE t ();\nBEGIN; DROP TABLE t"})
    diagnostic = failure(migrate.up, conninfo, migrations)
    assert (diagnostic.code, diagnostic.hint) == (
        "open-transaction",
        "end the file with `COMMIT`",
    )
    assert diagnostic.label is not None
    assert diagnostic.label.span.line == 3


COMMITTING = """DO $$ BEGIN
    INSERT INTO t VALUES (1); COMMIT; PERFORM pg_terminate_backend(pg_backend_pid());
END $$"""


@pytest.mark.parametrize(("resume", "rows"), [(Resume.SKIP, 1), (Resume.REPEAT, 2)])
def test_what_may_have_run_is_not_repeated_unasked(
    connection: Connection, conninfo: str, folder: Folder, resume: Resume, rows: int
) -> None:
    connection.execute("CREATE TABLE t (n int)")
    text = f"{HEAD}SELECT 1;\n{COMMITTING};\nCREATE TABLE after ()"
    migrations = folder({"1_a.sql": text})
    assert failure(migrate.up, conninfo, migrations).code == "57P01"
    diagnostic = failure(migrate.up, conninfo, migrations)
    assert diagnostic.code == "unfinished-statement"
    assert diagnostic.label is not None
    assert diagnostic.label.span.line == 3
    assert "--resume repeat" in diagnostic.hint
    if resume is Resume.REPEAT:  # again, and killed again
        assert failure(migrate.up, conninfo, migrations, resume=resume).code == "57P01"
        migrate.up(conninfo, migrations, resume=Resume.SKIP)
    else:
        migrate.up(conninfo, migrations, resume=resume)
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (rows,)
    assert "after" in relations(connection)


@pytest.mark.parametrize(
    ("statement", "goes_on"),
    [
        ("VACUUM t", True),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS t_n ON t (n)", True),
        ("CREATE INDEX CONCURRENTLY ON t (n)", False),
        ("CREATE UNIQUE INDEX CONCURRENTLY ON t (n)", False),
    ],
)
def test_what_fails_or_does_no_harm_if_it_has_run_goes_on_by_itself(
    connection: Connection, conninfo: str, folder: Folder, statement: str, goes_on: bool
) -> None:
    connection.execute("CREATE TABLE t (n int)")
    migrations = folder({"1_a.sql": f"{HEAD}SELECT 1; {statement}; SELECT 2"})
    migrate.up(conninfo, migrations)
    running = StatementProgress(done=1, running=True).time
    connection.execute(
        "UPDATE _sqlgen_migrations SET success = false, execution_time = %s", [running]
    )
    indexes = connection.execute("SELECT indexname FROM pg_indexes").fetchall()
    if not goes_on:
        assert failure(migrate.up, conninfo, migrations).code == "unfinished-statement"
        migrate.up(conninfo, migrations, resume=Resume.SKIP)
    else:
        assert len(migrate.up(conninfo, migrations)) == 1
    assert connection.execute("SELECT indexname FROM pg_indexes").fetchall() == indexes


DUPLICATES = "CREATE TABLE t (n int); INSERT INTO t VALUES (1), (1);"


@pytest.mark.parametrize("name", ["t_n", ""])
def test_an_invalid_index_is_told(
    connection: Connection, conninfo: str, folder: Folder, name: str
) -> None:
    connection.execute(DUPLICATES.encode())
    index = f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON t (n)"
    migrations = folder({"1_a.sql": f"{HEAD}SELECT 1;\n{index}"})
    made = name or "t_n_idx"
    drop = f"run `DROP INDEX CONCURRENTLY public.{made}` first"
    diagnostic = failure(migrate.up, conninfo, migrations)
    assert (diagnostic.code, drop in diagnostic.hint) == ("23505", True)
    connection.execute("TRUNCATE t")
    if name:  # a second one without a name gets another name
        diagnostic = failure(migrate.up, conninfo, migrations)
        assert (diagnostic.code, drop in diagnostic.hint) == ("42P07", True)
    connection.execute(f"DROP INDEX CONCURRENTLY {made}".encode())
    migrate.up(conninfo, migrations)
    assert made in relations(connection)


def test_an_invalid_index_is_not_passed_over(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    connection.execute(DUPLICATES.encode())
    index = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_n ON t (n)"
    migrations = folder({"1_a.sql": HEAD + index})
    assert failure(migrate.up, conninfo, migrations).code == "23505"
    connection.execute("TRUNCATE t")
    diagnostic = failure(migrate.up, conninfo, migrations)
    assert diagnostic.code == "invalid-index"
    assert "DROP INDEX CONCURRENTLY public.t_n" in diagnostic.hint
    assert states(conninfo, migrations) == [MigrationState.STOPPED]
    connection.execute("DROP INDEX t_n")
    migrate.up(conninfo, migrations)


def test_indexes_of_others_and_of_partitioned_tables_are_left_alone(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    connection.execute(DUPLICATES.encode())
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("CREATE UNIQUE INDEX CONCURRENTLY other ON t (n)")
    text = """CREATE TABLE p (n int) PARTITION BY RANGE (n);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);
        CREATE INDEX p_n ON ONLY p (n);
        CREATE INDEX CONCURRENTLY p1_n ON p1 (n); ALTER INDEX p_n ATTACH PARTITION p1_n"""
    migrate.up(conninfo, folder({"1_a.sql": HEAD + text}))


def test_a_down_file_goes_on_where_it_stopped(
    connection: Connection, conninfo: str, folder: Folder
) -> None:
    down = "DROP INDEX CONCURRENTLY a;\nSET search_path = pg_catalog;\n{}DROP TABLE public.t"
    files = {
        "1_a.up.sql": "CREATE TABLE t (n int); CREATE INDEX a ON t (n)",
        "1_a.down.sql": HEAD + down.format("SELECT 1/0;\n"),
    }
    migrations = folder(files)
    migrate.up(conninfo, migrations)
    diagnostic = failure(migrate.down, conninfo, migrations)
    assert "the first 2 stay, and the next `sqlgen migrate down`" in diagnostic.hint
    assert states(conninfo, migrations) == [MigrationState.STOPPED]
    assert failure(migrate.up, conninfo, migrations).code == "stopped-migration"
    migrations = folder(files | {"1_a.down.sql": HEAD + down.format("")})
    assert failure(migrate.down, conninfo, migrations).code == "stopped-migration"
    migrate.repair(conninfo, migrations)
    assert len(migrate.down(conninfo, migrations)) == 1
    assert relations(connection) == []
    assert states(conninfo, migrations) == [MigrationState.PENDING]


RUN = """import sys
from pathlib import Path
from sqlgen import migrate, parse, read
root = Path(sys.argv[2])
migrations = parse.migrations(read.sources(root.parent, root.name))
getattr(migrate, sys.argv[3])(sys.argv[1], migrations)
"""


@pytest.mark.parametrize("direction", ["up", "down"])
def test_no_kill_runs_a_statement_twice(
    connection: Connection,
    conninfo: str,
    folder: Folder,
    tmp_path: Path,
    direction: str,
) -> None:
    connection.execute("CREATE TABLE source AS SELECT generate_series(1, 20000) AS n")
    connection.execute("CREATE TABLE target (step int, n int)")
    steps = [f"INSERT INTO target SELECT {step}, n FROM source" for step in range(1, 9)]
    steps.insert(4, "CREATE INDEX CONCURRENTLY IF NOT EXISTS target_n ON target (n)")
    scripts = {"up": HEAD + "SELECT 1", direction: HEAD + ";\n".join(steps)}
    down = scripts.get("down", "")
    migrations = folder({"1_a.up.sql": scripts["up"], "1_a.down.sql": down})
    if direction == "down":
        migrate.up(conninfo, migrations)
    end = {"up": MigrationState.APPLIED, "down": MigrationState.PENDING}[direction]
    command = [sys.executable, "-c", RUN, conninfo, str(tmp_path / "migrations")]
    command.append(direction)
    kills = 0
    while end not in states(conninfo, migrations):
        before = connection.execute("SELECT count(*) FROM target").fetchone()
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        while process.poll() is None and kills < 12:
            time.sleep(0.005)
            rows = connection.execute("SELECT count(*) FROM target").fetchone()
            if rows != before:  # a statement is committed: kill it in the next one
                time.sleep(0.003 * kills)
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
                break
        _, errors = process.communicate()
        connection.execute(
            "DO $$ BEGIN IF EXISTS (SELECT FROM pg_index WHERE NOT indisvalid)"
            " THEN DROP INDEX target_n; END IF; END $$"
        )
        assert process.returncode in (0, -signal.SIGKILL) or "target_n" in errors
    assert kills > 2
    counts = "SELECT step, count(*) FROM target GROUP BY step ORDER BY step"
    assert connection.execute(counts).fetchall() == [
        (step, 20000) for step in range(1, 9)
    ]
