"""What a superuser could do outside of the database is refused to the embedded server's process."""

import ctypes
import errno
import os
import platform
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from sqlgen import database
from sqlgen.embedded.clusters import pristine
from sqlgen.embedded.programs import binaries
from sqlgen.embedded.restrictions import sandbox, seccomp

DOORS = {
    "program, written to": "COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'",
    "program, read from": "COPY out FROM PROGRAM 'echo 1'",
    "server file, read": "COPY out FROM '/etc/passwd'",
    "server file, written": "COPY (SELECT 1) TO '{folder}/file'",
    "server file as text": "SELECT pg_read_file('/etc/passwd')",
    "server file of the system": "SELECT pg_read_file('/proc/self/environ')",
    "server folder": "SELECT pg_ls_dir('{folder}')",
    "large object, imported": "SELECT lo_import('/etc/passwd')",
    "large object, exported": "SELECT lo_create(47); SELECT lo_export(47, '{folder}/file')",
    "library": "LOAD '{folder}/library.so'",
    "tablespace": "CREATE TABLESPACE space LOCATION '{folder}'",
}
"""Statements that a superuser may run, by what they would do."""

CONNECTIONS = {
    "unix socket": "host={sockets}",
    "tcp": "host=127.0.0.1 port={port}",
}

HONEST = [
    "CREATE ROLE shop SUPERUSER; DROP ROLE shop",
    "SET session_replication_role = replica",
    """CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f(); DROP EVENT TRIGGER e""",
    "CREATE OPERATOR CLASS c FOR TYPE int USING btree AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int)",
    "CREATE FUNCTION g() RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT 1'",
    "CREATE FUNCTION h() RETURNS int LANGUAGE internal AS 'pg_backend_pid'",
    "CREATE PUBLICATION p FOR ALL TABLES",
    """CREATE TEXT SEARCH CONFIGURATION english_2 (COPY = english);
    SELECT to_tsvector('english_2', 'cats')""",
    "CREATE COLLATION c (provider = libc, locale = 'C')",
    "SELECT now() AT TIME ZONE 'Europe/Rome'",
    "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w",
]
"""What migrations do that a role without these privileges could not."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux restricts it")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which the server's user could write."""
    tmp_path.chmod(0o777)
    return tmp_path


def test_the_kernel_can_restrict_it() -> None:
    wheel = binaries.from_wheel()
    assert wheel is not None
    assert sandbox.can_start(wheel.folder)


def test_a_python_without_ctypes_restricts_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wheel = binaries.from_wheel()
    assert wheel is not None
    assert pristine._can_restrict(wheel)
    for module in ("sandbox", "seccomp"):
        monkeypatch.delitem(sys.modules, f"sqlgen.embedded.restrictions.{module}")
        monkeypatch.delattr(f"sqlgen.embedded.restrictions.{module}")
    monkeypatch.setitem(sys.modules, "ctypes", None)
    assert not pristine._can_restrict(wheel)


def test_a_cluster_made_where_nothing_restricts_is_restricted_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = binaries.from_wheel()
    assert wheel is not None
    (tmp_path / "pristine").mkdir()
    assert pristine.is_sandboxed(tmp_path / "0", wheel)
    monkeypatch.setattr(sandbox, "_abi", lambda _: -1)
    assert not pristine.is_sandboxed(tmp_path / "0", wheel)


@pytest.mark.parametrize("door", DOORS)
def test_doors_are_shut(server: database.Server, folder: Path, door: str) -> None:
    refused = r"Permission denied|could not (access|execute)|not permitted"
    statement = DOORS[door].format(folder=folder).encode()
    with database.scratch(server) as connection:
        connection.execute("CREATE TABLE out (line text)")
        with pytest.raises(psycopg.Error, match=refused):
            connection.execute(statement)
    assert not list(folder.iterdir())


@pytest.mark.system  # the wheel's PostgreSQL has no contrib modules
@pytest.mark.parametrize("target", CONNECTIONS)
def test_it_connects_to_nothing(target: str) -> None:
    with (
        database.server("embedded", binaries=binaries.installed()[-1]) as server,
        database.scratch(server) as connection,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        connection.execute("CREATE EXTENSION dblink")
        conninfo = CONNECTIONS[target].format(
            sockets=psycopg.conninfo.conninfo_to_dict(server.conninfo)["host"],
            port=listening.getsockname()[1],
        )
        with pytest.raises(psycopg.Error, match="Permission denied"):
            connection.execute("SELECT dblink_connect(%s)", (conninfo,))


NATIVE: dict[str, Callable[[Path], object]] = {
    "read": lambda path: path.read_text(),
    "write": lambda path: path.write_text(""),
    "truncate": lambda path: os.truncate(path, 0),
    "delete": lambda path: path.unlink(),
    "link": lambda path: os.link(path, path.with_name("link")),
    "rename": lambda path: path.rename(path.with_name("new")),
    "list": lambda path: list(path.parent.iterdir()),
    "owner": lambda path: os.chown(path, os.geteuid(), os.getegid()),
    "owner of a link": lambda path: os.lchown(path, os.geteuid(), os.getegid()),
    "times": lambda path: os.utime(path, (0, 0)),
    "attribute": lambda path: os.setxattr(path, "user.mark", b"1"),
    "datagram to the system": lambda _: socket.socket(
        socket.AF_UNIX, socket.SOCK_DGRAM
    ),
    "pair of datagrams": lambda _: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
    "datagram to a network": lambda _: socket.socket(type=socket.SOCK_DGRAM),
    "stream to a network": lambda _: socket.socket(),
    "connect": lambda _: system_call("connect", 0, bytes(16), 16),
    "io_uring": lambda _: system_call("io_uring_setup", 8, bytes(4096)),
    "keys": lambda _: system_call("keyctl", 0, -3, 1),
    "namespace": lambda _: system_call("unshare", 0x10000000),
    "run": lambda _: os.posix_spawn("/bin/true", ["true"], {}),
}
"""What a library could do that a superuser has written into the cluster and loaded."""


def system_call(name: str, *arguments: object) -> None:
    column = list(seccomp._ARCHITECTURES).index(platform.machine())
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(seccomp._REFUSED[name][column], *arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def in_a_restricted_thread(action: Callable[[], object]) -> int:
    """Return the number of the error that the action fails with, 0 if it does not."""
    wheel = binaries.from_wheel()
    assert wheel is not None
    outcome: list[int] = []

    def run() -> None:
        sandbox.restrict_to_server(wheel.folder, readable=[], writable=[])
        try:
            action()
        except OSError as error:
            outcome.append(error.errno or -1)
        else:
            outcome.append(0)

    thread = Thread(target=run)
    thread.start()
    thread.join()
    return outcome[0]


@pytest.mark.parametrize("name", NATIVE)
def test_native_code_of_a_migration_is_restricted_as_well(
    folder: Path, name: str
) -> None:
    path = folder / "file"
    path.write_text("content")
    before = path.stat()
    # To link and to rename fail across file systems as well, and so does what Landlock refuses.
    assert in_a_restricted_thread(lambda: NATIVE[name](path)) in (
        errno.EACCES,
        errno.EXDEV,
    )
    assert path.read_text() == "content"
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_mtime) == (
        *(before.st_mode, before.st_uid),
        before.st_mtime,
    )
    assert list(folder.iterdir()) == [path]


def test_modes_of_files_stay(folder: Path) -> None:
    path = folder / "file"
    path.touch(0o600)
    opened = os.open(path, os.O_RDONLY)

    def change() -> None:
        path.chmod(0o777)
        os.fchmod(opened, 0o777)
        os.chmod(path, 0o777, follow_symlinks=True, dir_fd=opened)

    try:
        # The server is not told, since it sets the mode of its own socket.
        assert in_a_restricted_thread(change) == 0
    finally:
        os.close(opened)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("script", HONEST)
def test_honest_migrations_run(server: database.Server, script: str) -> None:
    with database.scratch(server) as connection:
        connection.execute(script.encode())


def test_tests_of_a_project_have_all_doors() -> None:
    with (
        database.server("embedded", sandboxed=False) as server,
        database.scratch(server) as connection,
    ):
        connection.execute("CREATE TABLE t (line text)")
        connection.execute("COPY t FROM PROGRAM 'echo 1'")
        assert connection.execute("TABLE t").fetchall() == [("1",)]
