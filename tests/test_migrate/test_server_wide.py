"""Migrations that create roles and the like, where builds run on a server that others use."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import build, database, migrate, parse
from sqlgen.migrate import project
from sqlgen.migrate.adaptations.server_wide import is_server_wide, without_statements
from sqlgen.model.config import Config
from sqlgen.model.diagnostic import Severity
from sqlgen.model.source import SourceFile
from sqlgen.testing.project_databases import database_for_test

Connection = psycopg.Connection[TupleRow]


@pytest.mark.parametrize(
    ("statement", "left_out"),
    [
        ("CREATE ROLE theirs", True),
        ('create user "theirs" LOGIN', True),
        ("CREATE GROUP IF NOT EXISTS theirs", True),
        ("CREATE ROLE other", False),
        ("CREATE USER MAPPING FOR theirs SERVER s", False),
        ("ALTER ROLE theirs SET search_path = app", True),
        ("ALTER ROLE ours SET search_path = app", False),
        ("ALTER USER MAPPING FOR theirs SERVER s OPTIONS (user 'a')", False),
        ("DROP ROLE ours", True),
        ("DROP USER IF EXISTS theirs, ours", True),
        ("DROP USER MAPPING FOR ours SERVER s", False),
        ("GRANT ours TO ours", False),
        ("GRANT ours TO theirs", True),
        ("REVOKE ADMIN OPTION FOR theirs FROM ours", True),
        ("GRANT SELECT, INSERT ON t TO theirs", False),
        ("GRANT USAGE ON SCHEMA app TO theirs", False),
        ("GRANT CONNECT ON DATABASE app TO ours", True),
        ("GRANT SET ON PARAMETER work_mem TO ours", True),
        ("REVOKE ALL ON TABLESPACE fast FROM ours", True),
        ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO theirs", False),
        ("ALTER TABLE t OWNER TO theirs", False),
        ("CREATE DATABASE app", True),
        ("ALTER DATABASE app SET work_mem = '1MB'", True),
        ("COMMENT ON DATABASE app IS 'x'", True),
        ("COMMENT ON ROLE theirs IS 'x'", True),
        ("COMMENT ON TABLE t IS 'a database'", False),
        ("CREATE TABLESPACE fast LOCATION '/x'", True),
        ("DROP OWNED BY theirs", True),
        ("ALTER SYSTEM SET work_mem = '1MB'", True),
        ("CREATE TABLE role (user text, system int)", False),
    ],
)
def test_what_is_left_out(statement: str, left_out: bool) -> None:
    text = f"SELECT 1;\n{statement};\nSELECT 2"
    present, ours = frozenset({"theirs", "ours"}), frozenset({"ours"})
    blanked = without_statements(text, partial(is_server_wide, present, ours))
    assert len(blanked) == len(text)
    assert (statement not in blanked) is left_out
    if left_out:
        assert blanked.split() == ["SELECT", "1;", ";", "SELECT", "2"]


UP = """\
CREATE ROLE sqlgen_test_theirs LOGIN BYPASSRLS;
CREATE ROLE sqlgen_test_own LOGIN;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sqlgen_test_guarded') THEN
        CREATE ROLE sqlgen_test_guarded;
    END IF;
END $$;
CREATE TABLE notes (id int NOT NULL);
GRANT SELECT ON notes TO sqlgen_test_theirs, sqlgen_test_own, sqlgen_test_guarded;
GRANT sqlgen_test_own TO sqlgen_test_theirs;
ALTER ROLE sqlgen_test_theirs SET work_mem = '5MB';
ALTER SYSTEM SET work_mem = '5MB';
ALTER TABLE notes OWNER TO sqlgen_test_own;
"""
DOWN = """\
DROP TABLE notes;
DROP ROLE sqlgen_test_guarded, sqlgen_test_own, sqlgen_test_theirs;
"""


@pytest.fixture
def given(server: database.Server) -> Iterator[database.Server]:
    """Return the server as one that has been given by its URL, with a role of somebody else's."""
    with database.server(server.conninfo) as external:
        assert not external.embedded
        with database.maintenance_connection(external) as connection:
            drop_templates(connection)
            connection.execute("CREATE ROLE sqlgen_test_theirs")
            yield external
            left = connection.execute(ROLES).fetchall()
            connection.execute("DROP ROLE sqlgen_test_theirs")
    assert left == [("sqlgen_test_theirs", False, False, None)]


def drop_templates(connection: Connection) -> None:
    """Drop the databases of earlier tests, which may need the roles as long as they are there."""
    templates = "SELECT datname FROM pg_database WHERE datname LIKE 'sqlgen_template%'"
    for (name,) in connection.execute(templates).fetchall():
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


ROLES = """
SELECT rolname::text, rolcanlogin, rolbypassrls, rolconfig FROM pg_roles
WHERE rolname LIKE 'sqlgen\\_test%' ORDER BY 1
"""


def config(root: Path, given: database.Server) -> Config:
    for name, text in {"1_a.up.sql": UP, "1_a.down.sql": DOWN}.items():
        (root / "migrations").mkdir(exist_ok=True)
        (root / "migrations" / name).write_text(text)
    return Config(root=root, server=given.conninfo)


def test_verify_leaves_nothing_behind(given: database.Server, tmp_path: Path) -> None:
    for _ in range(2):
        diagnostics = project.verify(config(tmp_path, given), with_seeds=False)
        assert {d.code for d in diagnostics} <= {"several-changes", "existing-role"}


def test_a_role_that_is_there_is_told_of(
    given: database.Server, tmp_path: Path
) -> None:
    settings = config(tmp_path, given)
    (tmp_path / "queries").mkdir()
    query = "-- name: note :many\nSELECT id FROM notes;\n"
    (tmp_path / "queries/notes.sql").write_text(query)
    for diagnostics in (
        project.verify(settings, with_seeds=False),
        build.build(settings).notes,
    ):
        [note] = [d for d in diagnostics if d.code == "existing-role"]
        assert note.severity is Severity.NOTE
        assert "`sqlgen_test_theirs` is on this server already" in note.message
        assert note.label
        assert note.label.span.text == "CREATE ROLE sqlgen_test_theirs"
    # Those that sqlgen itself has made for another scratch database are not.
    with database.scratch(given):
        project.verify(settings, with_seeds=False)
        assert len(build.plan(settings).notes) == 1


def test_a_role_stays_as_long_as_any_scratch_database(given: database.Server) -> None:
    def roles() -> list[str]:
        with database.maintenance_connection(given) as connection:
            return [name for (name, *_) in connection.execute(ROLES).fetchall()]

    with database.scratch(given):
        with database.maintenance_connection(given) as connection:
            creation = {"sqlgen_test_own": "CREATE ROLE sqlgen_test_own"}
            database.make_roles(connection, creation)
        with database.scratch(given):
            pass  # which drops the roles that nobody needs
        assert roles() == ["sqlgen_test_own", "sqlgen_test_theirs"]
    assert roles() == ["sqlgen_test_theirs"]


def test_builds_at_the_same_time_share_the_roles(given: database.Server) -> None:
    source = SourceFile("migrations/1_a.up.sql", UP)
    migrations = parse.migrations([source])

    def build(_: int) -> bool:
        with database.scratch(given) as connection:
            for migration in project._fit_for_scratch(given, migrations):
                migrate.execute(connection, migration)
            owner = "SELECT tableowner::text FROM pg_tables WHERE tablename = 'notes'"
            return connection.execute(owner).fetchone() == ("sqlgen_test_own",)

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(build, range(12)))


def test_tests_have_the_roles(given: database.Server, tmp_path: Path) -> None:
    settings = config(tmp_path, given)
    with (
        database_for_test(settings, given, fixtures=(), keep=lambda: False) as conninfo,
        psycopg.connect(conninfo) as connection,
    ):
        connection.execute("SET ROLE sqlgen_test_guarded")
        assert connection.execute("SELECT id FROM notes").fetchall() == []
    with database.maintenance_connection(given) as connection:
        drop_templates(connection)
    with database.scratch(given):
        pass  # the next use of the server drops what is left


NAMING = """\
CREATE ROLE made_here;
CREATE TABLE notes (id int NOT NULL, owner text);
GRANT SELECT ON notes TO reporting, "Odd Name", made_here, PUBLIC;
REVOKE INSERT ON notes FROM GROUP auditors;
ALTER TABLE notes OWNER TO shop;
CREATE SCHEMA app AUTHORIZATION shop;
ALTER DEFAULT PRIVILEGES FOR ROLE deployer IN SCHEMA app GRANT SELECT ON TABLES TO readers;
CREATE POLICY own ON notes TO members USING (owner = 'grant all to nobody');
GRANT CONNECT ON DATABASE production TO reporting;
ALTER DATABASE production SET work_mem = '5MB';
GRANT connectors TO reporting;
SET ROLE shop;
CREATE TABLE app.more ();
RESET ROLE;
"""


def test_roles_and_databases_of_production_need_not_exist(
    server: database.Server, tmp_path: Path
) -> None:
    """On sqlgen's own server, twice: the roles of the first run are gone, or taken."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/1_a.sql").write_text(NAMING)
    migrations = project.migrations(Config(root=tmp_path))
    roles = []
    for _ in range(2):
        try:
            with database.scratch(server) as connection:
                for migration in project._fit_for_scratch(server, migrations):
                    migrate.execute(connection, migration)
                owner = (
                    "SELECT tableowner::text FROM pg_tables WHERE tablename = 'more'"
                )
                assert connection.execute(owner).fetchone() == ("shop",)
        finally:
            with database.maintenance_connection(server) as connection:
                roles = connection.execute(
                    "SELECT format('DROP ROLE %I', rolname) FROM pg_roles"
                    " WHERE rolname !~ '^pg_' AND rolname <> current_user"
                ).fetchall()
                for (statement,) in roles:
                    connection.execute(statement.encode())
    names = {statement.removeprefix("DROP ROLE ") for (statement,) in roles}
    assert names == {
        *("made_here", "reporting", '"Odd Name"', "auditors", "shop"),
        *("deployer", "readers", "members", "connectors"),
    }
