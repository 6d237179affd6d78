"""Migrations behind a real PgBouncer."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from generated import patients
from sqlgen import migrate, parse, read
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.migration import Migration

Connection = psycopg.Connection[TupleRow]
Folder = Callable[[Mapping[str, str | bytes]], tuple[Migration, ...]]
Pooler = Callable[..., str]
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.system

CONFIGURATION = """[databases]
* = host={socket} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
server_round_robin = {round_robin}
"""


@pytest.fixture
def pooler(connection: Connection) -> Iterator[Pooler]:
    """Return a function that starts PgBouncer before the database, and returns its URL."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "`make test-system` installs PgBouncer"
    with ExitStack() as stack:

        def start(mode: str, *, size: int = 5, round_robin: int = 0) -> str:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp")))
            info = connection.info
            owner = Path(info.host).stat()  # PgBouncer refuses to run as root, too
            os.chown(folder, owner.st_uid, owner.st_gid)
            with socket.create_server(("127.0.0.1", 0)) as probe:
                port = probe.getsockname()[1]
            file = folder / "pgbouncer.ini"
            file.write_text(
                CONFIGURATION.format(
                    socket=info.host,
                    port=info.port,
                    user=info.user,
                    own_port=port,
                    mode=mode,
                    size=size,
                    round_robin=round_robin,
                )
            )
            account: Any = {}
            if os.geteuid() == 0:
                account = {"user": owner.st_uid, "group": owner.st_gid}
            process = subprocess.Popen(
                [program, "-q", str(file)], stderr=subprocess.DEVNULL, **account
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            while not _listens(port):
                assert process.poll() is None
                time.sleep(0.01)
            return make_conninfo(
                "", host="127.0.0.1", port=port, user=info.user, dbname=info.dbname
            )

        yield start


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


FILES = {
    "1_a.up.sql": "CREATE TABLE a (n int)",
    "1_a.down.sql": "DROP TABLE a",
    "2_b.up.sql": "-- no-transaction\nSET work_mem = '5MB'; CREATE INDEX CONCURRENTLY b ON a (n)",
    "2_b.down.sql": "DROP INDEX b",
}


@pytest.mark.parametrize("mode", ["transaction", "statement"])
@pytest.mark.parametrize("round_robin", [0, 1])
def test_a_pooler_that_mixes_sessions_is_refused(
    connection: Connection, pooler: Pooler, folder: Folder, mode: str, round_robin: int
) -> None:
    url = pooler(mode, round_robin=round_robin)
    migrations = folder(FILES)
    with pytest.raises(SqlgenError) as caught:
        migrate.up(url, migrations)
    assert [d.code for d in caught.value.diagnostics] == ["transaction-pooler"]
    assert connection.execute(
        "SELECT to_regclass('_sqlgen_migrations')"
    ).fetchone() == (None,)


def test_a_pool_of_one_session_is_refused_as_well(
    pooler: Pooler, folder: Folder
) -> None:
    with pytest.raises(SqlgenError, match="another session"):
        migrate.up(pooler("transaction", size=1), folder(FILES))


def test_a_pooler_in_session_mode_will_do(
    connection: Connection, pooler: Pooler, folder: Folder
) -> None:
    url, migrations = pooler("session"), folder(FILES)
    assert len(migrate.up(url, migrations)) == 2
    assert connection.execute("SELECT to_regclass('b')").fetchone() != (None,)
    assert len(migrate.down(url, migrations, to=0)) == 2


def test_the_status_may_be_read_through_any_pooler(
    pooler: Pooler, conninfo: str, folder: Folder
) -> None:
    migrations = folder(FILES)
    migrate.up(conninfo, migrations)
    url = pooler("transaction")
    states = [s.state for s in migrate.status(url, migrations)]
    assert states == [migrate.MigrationState.APPLIED] * 2


def test_generated_functions_need_no_session_of_their_own(
    connection: Connection, conninfo: str, pooler: Pooler
) -> None:
    """PgBouncer before 1.21 knows no prepared statements, so that psycopg must prepare none."""
    clinic = parse.migrations(read.sources(ROOT, "migrations"))
    migrate.up(conninfo, clinic)
    (seed,) = read.sources(ROOT, "seeds")
    connection.execute(seed.text.encode())
    url = pooler("transaction", round_robin=1)
    with psycopg.connect(url, prepare_threshold=None) as pooled:
        counts = set()
        for _ in range(10):
            counts.add(patients.count_patients(pooled))
            pooled.commit()
        assert len(counts) == 1
        with pooled.transaction():
            streamed = list(patients.stream_mailing_list(pooled))
        assert 0 < len(streamed) <= counts.pop()
