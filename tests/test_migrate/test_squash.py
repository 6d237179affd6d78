"""One migration in place of several, and databases that have all, some or none of them."""

import hashlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from sqlgen import database, migrate, parse, read, write
from sqlgen.cli import main
from sqlgen.migrate import MigrationState, snapshot
from sqlgen.migrate.proofs.contents import contents
from sqlgen.migrate.proofs.element_casts import with_casts_of_elements
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.migration import Migration

Connection = psycopg.Connection[TupleRow]
FILES = {
    "0001_items.up.sql": """
        CREATE TYPE colour AS ENUM ('red');
        CREATE TABLE items (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, c colour, gone int);
        INSERT INTO items (c) VALUES ('red'), (NULL);
        CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x; -- it''s; \\restrict';
        GRANT SELECT ON items TO PUBLIC; REVOKE DELETE ON items FROM CURRENT_USER;
        ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;""",
    "0001_items.down.sql": "DROP TABLE items; DROP TYPE colour;",
    "0002_colour.sql": "ALTER TYPE colour ADD VALUE 'blue'; ALTER TABLE items DROP gone;",
    "0003_more.sql": """-- no-transaction
        CREATE INDEX CONCURRENTLY items_c ON items (c);
        CREATE SCHEMA "O'Neil";
        CREATE TABLE "O'Neil"."a b" (day date, note text DEFAULT E'a\\nb;') PARTITION BY RANGE (day);
        CREATE TABLE y2026 PARTITION OF "O'Neil"."a b" FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        INSERT INTO "O'Neil"."a b" VALUES ('2026-02-03', E'two\\nlines; -- \\\\. ');
        CREATE MATERIALIZED VIEW seen AS SELECT count(*) FROM items;
        CREATE MATERIALIZED VIEW unseen AS SELECT count(*) FROM items WITH NO DATA;
        ALTER TABLE items ENABLE ROW LEVEL SECURITY;
        CREATE POLICY mine ON items USING (c = 'red');
        COMMENT ON TABLE items IS 'things -- sqlgen: squashes nothing';
        COMMENT ON SCHEMA public IS 'ours';
        CREATE SEQUENCE unused; SELECT setval('unused', 5, false);
        SELECT setval('items_id_seq', 70);
        CREATE TABLE kinds (
            k varchar(20) CHECK (k IN ('it''s, (a)', 'b[]', '"')), n varchar DEFAULT 'x',
            i int CHECK (i IN (1, 2)), g text GENERATED ALWAYS AS (CASE WHEN n IN ('x', 'y') THEN 'z' END) STORED);
        CREATE INDEX ON kinds (k) WHERE k NOT IN ('a', 'b');
        CREATE VIEW some_kinds AS SELECT k FROM kinds WHERE k = ANY ('{a,b}') OR n IN ('c', 'd');""",
    "0004_last.sql": "CREATE TABLE last (id int); SET search_path = nowhere;",
}


class Project:
    """A project whose builds use the tests' server, and databases on it."""

    def __init__(self, root: Path, server: database.Server) -> None:
        self.root = root
        self.server = server
        self.write("pyproject.toml", "[tool.sqlgen]\n")
        for name, text in FILES.items():
            self.write(f"migrations/{name}", text)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(exist_ok=True)
        (self.root / path).write_text(text)

    def names(self) -> list[str]:
        return sorted(file.name for file in (self.root / "migrations").iterdir())

    def migrations(self) -> tuple[Migration, ...]:
        return parse.migrations(read.sources(self.root, "migrations"))

    def run(self, *arguments: str, url: str = "") -> tuple[int, str]:
        result = CliRunner().invoke(
            main,
            ["-C", str(self.root), "migrate", *arguments],
            env={"SQLGEN_SERVER_URL": self.server.conninfo, "DATABASE_URL": url},
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    def states(self, conninfo: str) -> dict[int, MigrationState]:
        statuses = migrate.status(conninfo, self.migrations())
        return {status.version: status.state for status in statuses}


@pytest.fixture
def project(tmp_path: Path, server: database.Server) -> Project:
    return Project(tmp_path, server)


def conninfo_of(project: Project, connection: Connection) -> str:
    return make_conninfo(project.server.conninfo, dbname=connection.info.dbname)


def result(connection: Connection) -> tuple[str, ...]:
    """Return everything but the ledgers, whose rows and names differ."""
    connection.execute("DROP TABLE _sqlgen_migrations")
    schema = map(with_casts_of_elements, snapshot(connection))
    return (*schema, *contents(connection))


def test_databases_that_have_all_some_or_none(project: Project) -> None:
    with (
        database.scratch(project.server) as all_,
        database.scratch(project.server) as some,
        database.scratch(project.server) as none,
    ):
        old = project.migrations()
        migrate.up(conninfo_of(project, all_), old)
        migrate.up(conninfo_of(project, some), old, to=2)
        status, output = project.run("squash", "--to", "3", "--yes")
        assert status == 0, output
        assert output == (
            "rows of public.items: 2 are in the file\n"
            "rows of public.seen: 1 are in the file\n"
            "rows of public.y2026: 1 are in the file\n"
            "created migrations/0003_squashed.sql, which has the same result as 3 migrations\n"
            "deleted 4 files\n"
        )
        assert project.names() == ["0003_squashed.sql", "0004_last.sql"]
        text = (project.root / "migrations/0003_squashed.sql").read_text()
        assert "CURRENT_USER" in text
        assert not re.search(rf"(TO|FROM|ROLE) {all_.info.user}\b", text)

        url = database.url(conninfo_of(project, all_))
        assert project.states(url) == {
            3: MigrationState.SQUASHED,
            4: MigrationState.APPLIED,
        }
        assert project.run("check", url=url) == (0, "nothing is pending\n")
        assert migrate.up(url, project.migrations()) == ()
        # A release from before the squash still starts.
        assert migrate.up(url, old) == ()
        status, output = project.run("down", url=url)
        assert (status, "error[no-down-migration]" in output) == (1, True)

        url = database.url(conninfo_of(project, some))
        assert project.states(url)[3] is MigrationState.SQUASHED_PARTLY
        assert project.run("check", url=url)[0] == 4
        status, output = project.run("up", url=url)
        assert status == 1
        assert "error[squashed-migration]: migration 3 (`squashed`) squashes" in output
        migrate.up(url, old, to=3)
        assert len(migrate.up(url, project.migrations())) == 1

        url = database.url(conninfo_of(project, none))
        assert len(migrate.up(url, project.migrations())) == 2
        assert project.states(url) == dict.fromkeys([3, 4], MigrationState.APPLIED)
        assert result(none) == result(all_) == result(some)


def test_repair_leaves_one_row_for_the_squashed_ones(
    project: Project, connection: Connection
) -> None:
    url = database.url(conninfo_of(project, connection))
    migrate.up(url, project.migrations())
    assert project.run("squash", "--to", "3", "--yes")[0] == 0
    status, output = project.run("repair", url=url)
    assert (status, "1 migration repaired" in output) == (0, True)
    assert project.states(url) == dict.fromkeys([3, 4], MigrationState.APPLIED)
    rows = "SELECT version, description, success FROM _sqlgen_migrations ORDER BY 1"
    assert connection.execute(rows).fetchall() == [
        (3, "squashed", True),
        (4, "last", True),
    ]


def test_a_second_squash_stands_for_the_first_and_for_all(project: Project) -> None:
    with (
        database.scratch(project.server) as first,
        database.scratch(project.server) as second,
        database.scratch(project.server) as mixed,
    ):
        urls = [conninfo_of(project, c) for c in (first, second, mixed)]
        migrate.up(urls[0], project.migrations())
        migrate.up(urls[2], project.migrations(), to=2)
        assert project.run("squash", "--to", "3", "--yes")[0] == 0
        migrate.up(urls[1], project.migrations())
        project.write("migrations/0005_next.sql", "CREATE TABLE next ();")
        for url in urls[:2]:
            assert len(migrate.up(url, project.migrations())) == 1
        status, output = project.run("squash", "--to", "5", "--yes")
        assert status == 0, output
        assert project.names() == ["0005_squashed.sql"]
        assert [
            [one.version for one in chain]
            for chain in project.migrations()[0].squashed_chains
        ] == [[1, 2, 3, 4, 5], [3, 4, 5]]
        for url in urls[:2]:
            assert project.states(url) == {5: MigrationState.SQUASHED}
        assert project.states(urls[2]) == {5: MigrationState.SQUASHED_PARTLY}
        for url in urls[:2]:
            assert project.run("repair", url=url)[0] == 0
            assert project.states(url) == {5: MigrationState.APPLIED}
        assert result(first) == result(second)


def test_rows_that_are_not_those_of_the_squashed_ones(
    project: Project, connection: Connection
) -> None:
    url = conninfo_of(project, connection)
    migrate.up(url, project.migrations())
    assert project.run("squash", "--to", "3", "--yes")[0] == 0
    for change in ("checksum = '\\x00'", "success = false"):
        before = connection.execute(
            "SELECT checksum, success FROM _sqlgen_migrations WHERE version = 2"
        ).fetchone()
        assert before is not None
        connection.execute(
            f"UPDATE _sqlgen_migrations SET {change} WHERE version = 2".encode()
        )
        assert project.states(url)[3] is MigrationState.SQUASHED_PARTLY
        connection.execute(
            "UPDATE _sqlgen_migrations SET checksum = %s, success = %s WHERE version = 2",
            before,
        )
    assert project.states(url)[3] is MigrationState.SQUASHED


@pytest.mark.parametrize(
    ("change", "to", "message"),
    [
        ({}, 7, "unknown-version: there is no migration of version 7"),
        ({}, 1, "squash-refused: 1 is the first migration"),
        (
            {"0002_colour.sql": "SELECT 1;\nCREATE ROLE sqlgen_never;"},
            2,
            "squash-refused: what is outside of the database cannot be squashed",
        ),
        ({"0002_colour.sql": "SELECT nothing"}, 2, "42703: "),
        (
            {"pyproject.toml": '[tool.sqlgen.migrate]\nschemas = ["a"]\n'},
            2,
            "squash-refused: the names in a dump have their schema",
        ),
    ],
)
def test_what_cannot_be_squashed(
    project: Project, change: Mapping[str, str], to: int, message: str
) -> None:
    for name, text in change.items():
        project.write(name if name.endswith("toml") else f"migrations/{name}", text)
    before = project.names()
    status, output = project.run("squash", "--to", str(to), "--yes", url="")
    assert status == 1
    code, _, text = message.partition(": ")
    assert f"error[{code}]: {text}" in output
    assert project.names() == before


@pytest.mark.parametrize(
    ("lost", "difference"),
    [
        ("CREATE INDEX items_c", "- index "),
        ("INSERT INTO public.items", "- rows of public.items: 2, "),
        ("SELECT pg_catalog.setval('public.items_id_seq'", "- value of the sequence"),
        ("CREATE POLICY", "- policy "),
        ("GRANT SELECT", "privileges"),
    ],
)
def test_a_dump_that_lacks_something_is_refused(
    project: Project, lost: str, difference: str
) -> None:
    def dump(connection: Connection) -> str:
        conninfo = conninfo_of(project, connection)
        text = database.dump(conninfo, ("--inserts", "--no-owner"))
        shorter = re.sub(rf"^{re.escape(lost)}[^;]*;$", "", text, flags=re.MULTILINE)
        assert shorter != text
        return shorter

    with pytest.raises(SqlgenError) as caught:
        migrate.squash(
            project.migrations(), 3, lambda: database.scratch(project.server), dump
        )
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "squash-refused"
    assert difference in diagnostic.message


def test_collations_of_icu_need_a_server_that_has_it(
    tmp_path: Path, server: database.Server
) -> None:
    project = Project(tmp_path, server)
    project.write(
        "migrations/0002_colour.sql",
        "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
        " CREATE TABLE names (name text COLLATE ci UNIQUE);",
    )
    with database.scratch(server) as connection:
        query = "SELECT count(*) > 0 FROM pg_collation WHERE collname = 'de-x-icu'"
        (has_icu,) = connection.execute(query).fetchone() or (None,)
    status, output = project.run("squash", "--to", "2", "--yes")
    if has_icu:
        assert status == 0, output
        text = (tmp_path / "migrations/0002_squashed.sql").read_text()
        assert "provider = icu, deterministic = false" in text
    else:
        assert status == 1
        assert "error[squash-refused]: this server has no ICU" in output


def test_nothing_changes_without_an_answer(project: Project) -> None:
    before = project.names()
    status, output = project.run("squash", "--to", "3")
    assert (status, "error[needs-confirmation]" in output) == (2, True)
    assert project.names() == before


def test_the_lines_of_the_head(tmp_path: Path) -> None:
    sha = hashlib.sha384(b"").hexdigest()
    good = f"-- sqlgen: squashes 1 {sha}\n-- sqlgen: squashes 20 {sha}\n"
    assert [one.version for one in _parsed(tmp_path, good)] == [1, 20]
    assert [one.version for one in _parsed(tmp_path, good.replace("\n", "\r\n"))] == [
        1,
        20,
    ]
    assert _parsed(tmp_path, f"SELECT 1;\n{good}") == ()
    for bad in ("", " 1", f" x {sha}", f" 1 {sha}0", f" 1 {sha} 2", f" -1 {sha}"):
        with pytest.raises(SqlgenError) as caught:
            _parsed(tmp_path, f"-- sqlgen: squashes{bad}\n")
        (diagnostic,) = caught.value.diagnostics
        assert diagnostic.code == "malformed-squash"
    with pytest.raises(SqlgenError):
        _parsed(tmp_path, f"-- sqlgen: squashes 2 {sha}\n-- sqlgen: squashes 1 {sha}\n")


def _parsed(root: Path, text: str) -> Any:
    (root / "migrations").mkdir(exist_ok=True)
    (root / "migrations/20_a.sql").write_bytes(text.encode())
    (migration,) = parse.migrations(read.sources(root, "migrations"))
    return migration.squashed


KILLED = """
import os, signal, sys
from pathlib import Path
from sqlgen import write
from sqlgen.model.output import Change

steps = int(sys.argv[2])
def step(event, arguments):
    global steps
    if event in ("open", "os.rename", "os.remove") and not os.path.isabs(str(arguments[0])):
        steps -= 1
        if steps < 0:
            os.kill(os.getpid(), signal.SIGKILL)

root = Path(sys.argv[1])
created, *deleted = [path.split("=", 1) for path in sys.argv[3:]]
changes = [Change(created[0], None, created[1]), *[Change(p, text, None) for p, text in deleted]]
sys.addaudithook(step)
write.apply(root, changes)
"""


def test_a_squash_that_is_killed_is_finished_or_undone(
    project: Project, tmp_path: Path
) -> None:
    before = texts(project.root)
    assert project.run("squash", "--to", "3", "--yes")[0] == 0
    after = texts(project.root)
    (created,) = after.keys() - before.keys()
    deleted = sorted(before.keys() - after.keys())
    assert "migrations/0001_items.down.sql" in deleted
    changes = [
        f"{created}={after[created]}",
        *[f"{path}={before[path]}" for path in deleted],
    ]
    outcomes = []
    for steps in range(60):
        root = tmp_path / f"killed {steps}"
        (root / "migrations").mkdir(parents=True)
        for path, text in before.items():
            (root / path).write_text(text)
        command = [sys.executable, "-c", KILLED, str(root), str(steps), *changes]
        killed = subprocess.run(command, capture_output=True, text=True, check=False)
        assert killed.returncode in (0, -signal.SIGKILL), killed.stderr
        # Any command does it.
        project.root = root
        status, output = project.run("new", "next")
        assert status == 0, output
        next(root.glob("migrations/0005_next.up.sql")).unlink()
        next(root.glob("migrations/0005_next.down.sql")).unlink()
        outcomes.append(texts(root))
        if killed.returncode == 0:
            break
    assert all(outcome in (before, after) for outcome in outcomes)
    assert outcomes[0] == before
    assert outcomes[-1] == after
    assert outcomes.count(after) > 3


def texts(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in root.rglob("*")
        if path.is_file() and ".sqlgen/" not in path.as_posix()
    }


SQUASHED = "-- The migrations up to 2, squashed by `sqlgen migrate squash`.\n"


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("", []),
        (f"-- sqlgen: squashes 1 {'0' * 96}\n", []),
        (
            f"-- sqlgen: squashes 1 {hashlib.sha384(b'SELECT 1').hexdigest()}\n",
            ["1_a.up.sql"],
        ),
        (
            f"SELECT 1;\n-- sqlgen: squashes 1 {hashlib.sha384(b'SELECT 1').hexdigest()}\n",
            [],
        ),
    ],
)
def test_a_journal_deletes_only_what_a_squashed_migration_stands_for(
    tmp_path: Path, head: str, names: list[str]
) -> None:
    files = {
        "migrations/2_squashed.sql": SQUASHED + head,
        "migrations/1_a.up.sql": "SELECT 1",
        "migrations/1_b.txt": "SELECT 1",
        "migrations/3_c.sql": "SELECT 1",
        "migrations/4_d.sql": "SELECT 4",
        "other/1_a.up.sql": "SELECT 1",
        "migrations/.4_d.sql.1.tmp": SQUASHED,
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    journal = {
        "renames": {
            "migrations/.2_squashed.sql.1.tmp": "migrations/2_squashed.sql",
            "migrations/.4_d.sql.1.tmp": "migrations/4_d.sql",
        },
        "deletions": [*files, "../x", 7, ""],
    }
    (tmp_path / ".sqlgen-write").write_text(json.dumps(journal))
    write.finish_interrupted(tmp_path)
    gone = {"migrations/.4_d.sql.1.tmp", *[f"migrations/{name}" for name in names]}
    assert set(texts(tmp_path)) == files.keys() - gone
    assert (tmp_path / "migrations/4_d.sql").read_text() == "SELECT 4"


def test_the_clinic_can_be_squashed(tmp_path: Path, server: database.Server) -> None:
    clinic = Path(__file__).parents[2]
    project = Project(tmp_path, server)
    for path in (tmp_path / "migrations").iterdir():
        path.unlink()
    for path in (clinic / "migrations").iterdir():
        project.write(f"migrations/{path.name}", path.read_text())
    last = project.migrations()[-1].version
    status, output = project.run("squash", "--to", str(last), "--yes")
    assert status == 0, output
    assert project.names() == [f"{last:04}_squashed.sql"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "(a = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))",
            "(a = ANY (ARRAY[('x'::character varying)::text, ('y'::character varying)::text]))",
        ),
        (
            """((ARRAY[f(a, ','), 'it''s ], (', "b, [" ])::int4[])""",
            """(ARRAY[(f(a, ','))::int4, ('it''s ], (')::int4, ("b, [")::int4])""",
        ),
        ("(ARRAY[a[1], b])::text[]", "(ARRAY[a[1], b])::text[]"),
        ("'(ARRAY[a])'::text", "'(ARRAY[a])'::text"),
    ],
)
def test_a_cast_of_an_array_is_one_of_its_elements(text: str, expected: str) -> None:
    assert with_casts_of_elements(text) == expected
