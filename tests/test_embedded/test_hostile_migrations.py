"""Migrations that harm the embedded server do not reach later builds, of their own or another project."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlgen import build, read
from sqlgen.embedded import account
from sqlgen.embedded.account import server_account
from sqlgen.model.diagnostic import SqlgenError

HOSTILE = {
    "role": "CREATE ROLE shop LOGIN",
    "superuser": "CREATE ROLE shop SUPERUSER LOGIN",
    "role that owns": "CREATE ROLE shop; CREATE TABLE u (); ALTER TABLE u OWNER TO shop",
    "member": "CREATE ROLE shop; CREATE ROLE staff; GRANT shop TO staff WITH ADMIN OPTION",
    "member of a predefined role": "CREATE ROLE shop; GRANT pg_monitor TO shop",
    "own role renamed": "ALTER ROLE sqlgen RENAME TO shop",
    "own role may not log in": "ALTER ROLE sqlgen NOLOGIN",
    "own role is no superuser": "ALTER ROLE sqlgen NOSUPERUSER",
    "own role's settings": "ALTER ROLE sqlgen SET search_path = nowhere",
    "settings of all roles": "ALTER ROLE ALL SET default_transaction_read_only = on",
    "settings of a role in a database": "ALTER ROLE sqlgen IN DATABASE postgres SET role = 'none'",
    "settings of a database": "ALTER DATABASE postgres SET default_transaction_read_only = on",
    "settings of the template": "ALTER DATABASE template1 SET search_path = nowhere",
    "privilege on a database": "CREATE ROLE shop; GRANT CREATE ON DATABASE postgres TO shop",
    "privilege on a setting": "CREATE ROLE shop; GRANT SET ON PARAMETER log_statement TO shop",
    "comment on a role": "COMMENT ON ROLE sqlgen IS 'hacked'",
    "comment on a database": "COMMENT ON DATABASE postgres IS 'hacked'",
    "database": "-- no-transaction\nCREATE DATABASE shop",
    "template database": "-- no-transaction\nCREATE DATABASE shop IS_TEMPLATE true",
    "kept database": "-- no-transaction\nCREATE DATABASE sqlgen_schema_0123",
    "database dropped": "-- no-transaction\nDROP DATABASE postgres",
    "database renamed": "ALTER DATABASE postgres RENAME TO shop",
    "database without connections": "ALTER DATABASE postgres CONNECTION LIMIT 0",
    "database closed": "UPDATE pg_database SET datallowconn = false",
    "template0 open": "ALTER DATABASE template0 ALLOW_CONNECTIONS true",
    "template0 no template": "ALTER DATABASE template0 IS_TEMPLATE false",
    "tablespace": "-- no-transaction\nCREATE TABLESPACE shop LOCATION '{folder}'",
    "library": "-- no-transaction\nALTER SYSTEM SET shared_preload_libraries = 'nosuch'",
    "session library": "-- no-transaction\nALTER SYSTEM SET session_preload_libraries = 'nosuch';\n"
    "SELECT pg_reload_conf()",
    "connections": "-- no-transaction\nALTER SYSTEM SET max_connections = 1",
    "memory": "-- no-transaction\nALTER SYSTEM SET shared_buffers = '100TB'",
    "socket": "-- no-transaction\nALTER SYSTEM SET unix_socket_directories = '/nowhere'",
    "read only": "-- no-transaction\nALTER SYSTEM SET default_transaction_read_only = on;\n"
    "SELECT pg_reload_conf()",
    "authentication": "-- no-transaction\nALTER SYSTEM SET hba_file = '/nowhere';\n"
    "SELECT pg_reload_conf()",
    "roles deleted": "DELETE FROM pg_authid",
    "memberships deleted": "DELETE FROM pg_auth_members",
    "databases deleted": "DELETE FROM pg_database WHERE datname <> current_database()",
    "tablespaces deleted": "DELETE FROM pg_tablespace",
    "catalog deleted": "DELETE FROM pg_class WHERE relname LIKE 'pg_a%'",
    "sessions ended": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
    "server killed": "COPY (SELECT 1) TO PROGRAM 'kill -9 $(head -1 postmaster.pid)'",
    "files deleted": "COPY (SELECT 1) TO PROGRAM 'rm -rf base/1 global/1262'",
    "template overwritten": "DO $$BEGIN EXECUTE format('COPY (SELECT 1) TO %L',"
    " current_setting('data_directory') || '/' || pg_relation_filepath('pg_class')); EXECUTE"
    " format('COPY (SELECT 1) TO %L', current_setting('data_directory') || '/base/4/1259'); END$$",
    "lock held": "-- no-transaction\nSELECT pg_advisory_lock(1)",
    "search path": "-- no-transaction\nSET search_path = nowhere",
}
"""Migrations by what they do. Some are refused by one version of PostgreSQL or by all."""

SCRIPT = "CREATE TABLE t (id int NOT NULL);\n"


FAST = {
    "role",
    "database",
    "tablespace",
    "library",
    "database dropped",
    "own role may not log in",
    "server killed",
    "template overwritten",
}
"""One of each kind; the others run with the tests of the operating system's programs."""
NAMES = [
    pytest.param(name, marks=[] if name in FAST else [pytest.mark.system])
    for name in HOSTILE
]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder for clusters that no other process uses, and which the server's user can reach."""
    with tempfile.TemporaryDirectory(prefix="sqlgen-test-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        patch = pytest.MonkeyPatch()
        patch.setattr(account, "_memory_folders", lambda: (Path(name, "memory"),))
        patch.delenv("SQLGEN_NO_CACHE", raising=False)
        patch.setenv("SQLGEN_CACHE_DIR", str(Path(name, "cache")))
        yield Path(name)
        patch.undo()


def project(folder: Path, name: str) -> Path:
    root = folder / name
    for part in ("migrations", "queries"):
        (root / part).mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.sqlgen]\n")
    (root / "migrations" / "0001_t.sql").write_text(SCRIPT)
    return root


def built(root: Path, column: str) -> str:
    """Build with a changed query, for which the server is asked; return the module."""
    query = f"-- name: q :one\nSELECT id AS {column}, 1 AS n FROM t;\n"
    (root / "queries" / "q.sql").write_text(query)
    build.build(read.config(root))
    return (root / "generated" / "q.py").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_next_builds_work(folder: Path, name: str) -> None:
    number = list(HOSTILE).index(name)
    own, other = project(folder, f"own {number}"), project(folder, f"other {number}")
    space = folder / f"space{number}"
    space.mkdir()
    server_account().make_private(space)
    hostile = own / "migrations" / "0002_hostile.sql"
    hostile.write_text(HOSTILE[name].format(folder=space) + ";\n")
    outcomes: list[tuple[str, ...]] = []
    for column in ("once", "twice"):
        try:
            built(own, column)
            outcomes.append(())
        except SqlgenError as error:
            outcomes.append(tuple([d.code for d in error.diagnostics]))
    assert outcomes[0] == outcomes[1]
    assert "later: int\n" in built(other, "later")
    hostile.unlink()
    assert "later: int\n" in built(own, "later")
    assert not list(space.iterdir())


@pytest.mark.parametrize("file", ["99999", "PG_VERSION", "{pg_class}"])
def test_a_kept_database_of_another_project_is_not_written_to(
    folder: Path, file: str
) -> None:
    own, other = (project(folder, f"{file} {part}") for part in ("own", "other"))
    (other / "migrations/0001_t.sql").write_text(f"-- {file}\n{SCRIPT}")
    assert "before: int\n" in built(other, "before")
    assert list(folder.glob("memory/*/0/sound"))
    (own / "migrations/0002_hostile.sql").write_text(
        f"""DO $$DECLARE path text := '{file}'; other oid; BEGIN
            IF path LIKE '{{%' THEN
                path := regexp_replace(pg_relation_filepath('pg_class'), '.*/', '');
            END IF;
            FOR other IN SELECT oid FROM pg_database WHERE datname LIKE 'sqlgen_schema%' LOOP
                EXECUTE format('COPY (SELECT 12345678) TO %L',
                    current_setting('data_directory') || '/base/' || other || '/' || path);
            END LOOP;
        END$$;
        """
    )
    built(own, "hostile")
    # The cluster is not used again.
    assert not list(folder.glob("memory/*/0/sound"))
    assert "later: int\n" in built(other, "later")
