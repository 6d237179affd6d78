"""Files that wait for another session's lock: they give way, and are tried again."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import migrate
from sqlgen.migrate.apply import apply_pending
from sqlgen.migrate.revert import revert_last
from sqlgen.migrate.scripts.transaction import LockPatience
from sqlgen.migrate.sessions.protocol import run_operation
from sqlgen.model.diagnostic import SqlgenError
from tests.test_migrate.conftest import Folder

Connection = psycopg.Connection[TupleRow]

ADD = {
    "1_a.up.sql": "ALTER TABLE items ADD a int;",
    "1_a.down.sql": "ALTER TABLE items DROP a;",
}
TABLE = "_sqlgen_migrations"
PATIENCE = LockPatience(0.05, attempts=3)


@pytest.fixture
def messages() -> Iterator["queue.Queue[str]"]:
    """Return what is logged, as it is logged."""
    received: queue.Queue[str] = queue.Queue()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            received.put(record.getMessage())

    logger, handler = logging.getLogger("sqlgen.migrate"), Handler()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield received
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture
def reader(conninfo: str) -> Iterator[Connection]:
    """Return a session whose transaction has read the table `items`, and is still open."""
    with psycopg.connect(conninfo, application_name="report") as session:
        session.execute("CREATE TABLE items (id int)")
        session.commit()
        session.execute("SELECT FROM items")
        yield session


def wait_for(messages: "queue.Queue[str]", part: str) -> str:
    while part not in (message := messages.get(timeout=60)):
        pass
    return message


@pytest.mark.parametrize("is_async", [False, True])
def test_a_file_gives_way_and_is_tried_again(
    conninfo: str,
    connection: Connection,
    reader: Connection,
    folder: Folder,
    tmp_path: Path,
    messages: "queue.Queue[str]",
    is_async: bool,
) -> None:
    folder(ADD)
    runs: list[Any] = []

    def apply() -> None:
        arguments: dict[str, Any] = {"statement_lock_timeout": 0.2}
        path = tmp_path / "migrations"
        if is_async:
            runs.extend(asyncio.run(migrate.aapply(conninfo, path, **arguments)))
        else:
            runs.extend(migrate.apply(conninfo, path, **arguments))

    thread = threading.Thread(target=apply)
    thread.start()
    blocker = f"process {reader.info.backend_pid} (report, idle in transaction)"
    assert wait_for(messages, "waits for").endswith(f" waits for {blocker}")
    assert wait_for(messages, "attempt 2") == (
        f"migrations/1_a.up.sql waited 0.2 s for a lock that {blocker} has:"
        " attempt 2 of 10 is in 0.2 s"
    )
    wait_for(messages, "attempt 3")
    connection.execute("SELECT FROM items")  # it does not queue for long
    reader.rollback()
    thread.join(60)
    assert [run.migration.version for run in runs] == [1]
    connection.execute("SELECT a FROM items")


OPERATIONS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "up": lambda migrations: apply_pending(
        migrations,
        TABLE,
        to=None,
        allow_out_of_order=False,
        ignore_missing=False,
        progress=lambda _: None,
        patience=PATIENCE,
    ),
    "down": lambda migrations: revert_last(
        migrations, TABLE, steps=1, to=None, progress=lambda _: None, patience=PATIENCE
    ),
}


@pytest.mark.parametrize("command", OPERATIONS)
def test_the_last_attempt_fails(
    conninfo: str,
    connection: Connection,
    reader: Connection,
    folder: Folder,
    command: str,
) -> None:
    migrations = folder(ADD)
    if command == "down":
        reader.rollback()
        migrate.up(conninfo, migrations)
        reader.execute("SELECT FROM items")
    with pytest.raises(SqlgenError) as error:
        run_operation(conninfo, OPERATIONS[command](migrations))
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.code == "55P03"
    assert diagnostic.label
    assert diagnostic.label.span.text == ADD[f"1_a.{command}.sql"].rstrip(";")
    assert diagnostic.hint == (
        "it was tried 3 times, each time 0.05 s (`statement_lock_timeout`) for a lock that"
        f" process {reader.info.backend_pid} (report, idle in transaction) has; end the transaction"
        " that has it, or migrate when fewer are open"
    )
    applied = connection.execute(f"SELECT count(*) FROM {TABLE}".encode()).fetchone()
    assert applied == ({"up": 0, "down": 1}[command],)


def test_other_errors_are_not_tried_again(
    conninfo: str, folder: Folder, messages: "queue.Queue[str]"
) -> None:
    migrations = folder({"1_a.sql": "SELECT 1 / 0"})
    with pytest.raises(SqlgenError, match="division by zero"):
        migrate.up(conninfo, migrations, statement_lock_timeout=0.05)
    assert not any("attempt" in message for message in messages.queue)


def test_the_limit_is_that_of_the_files_transaction_alone(
    conninfo: str, connection: Connection, folder: Folder
) -> None:
    show = "SELECT current_setting('lock_timeout')"
    migrations = folder(
        {
            "1_a.sql": f"CREATE TABLE a AS {show} AS t",
            "2_b.sql": f"-- no-transaction\nCREATE TABLE b AS {show} AS t",
            "3_c.sql": f"SET lock_timeout = 7; CREATE TABLE c AS {show} AS t",
        }
    )
    migrate.up(conninfo, migrations, statement_lock_timeout=2.5)
    found = connection.execute("SELECT a.t, b.t, c.t FROM a, b, c").fetchone()
    assert found == ("2500ms", "0", "7ms")


def test_pauses_grow_up_to_half_a_minute() -> None:
    pauses = list(LockPatience(2.0).pauses())
    assert pauses == [2, 4, 8, 16, 30, 30, 30, 30, 30]
