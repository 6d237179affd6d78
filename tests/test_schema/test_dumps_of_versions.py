"""What pg_dump 14, 16 and 17 write, in files: the programs themselves are not at hand."""

from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from sqlgen import database, migrate, parse, read
from sqlgen.database import Server
from sqlgen.model.source import SourceFile
from tests.test_schema.projects import QUERY, build, sqlgen, write

DUMPS = Path(__file__).parent / "dumps"
VERSIONS = sorted(path.stem for path in DUMPS.iterdir())
ROWS = {"pg14": 2, "pg16": 2, "pg17": 0}
LOANS = "-- name: loans :many\nSELECT b.id, b.state, l.due FROM book b JOIN loan l ON l.book_id = b.id;\n"


def project_of(root: Path, server: Server, settings: str, path: str, dump: str) -> Path:
    return write(
        root,
        {
            "pyproject.toml": f"[tool.sqlgen]\n{settings}server = '{server.conninfo}'\n",
            path: (DUMPS / f"{dump}.sql").read_text(),
            "queries/books.sql": QUERY,
            "queries/loans.sql": LOANS,
        },
    )


@pytest.mark.parametrize("dump", VERSIONS)
def test_a_build_takes_the_schema(tmp_path: Path, server: Server, dump: str) -> None:
    project = project_of(
        tmp_path, server, "schema = 'schema.sql'\n", "schema.sql", dump
    )
    assert "title: str\n    subtitle: str | None\n" in build(project)
    loans = (project / "generated/loans.py").read_text()
    assert "state: State\n    due: datetime.date | None\n" in loans
    assert sqlgen(project, "check").exit_code == 0


@pytest.mark.parametrize("dump", VERSIONS)
def test_it_is_the_first_migration(tmp_path: Path, server: Server, dump: str) -> None:
    project = project_of(tmp_path, server, "", "migrations/0001_dump.sql", dump)
    write(project, {"migrations/0002_more.sql": "ALTER TABLE book ADD isbn text;\n"})
    assert "title: str\n    subtitle: str | None\n" in build(project)
    assert sqlgen(project, "migrate", "verify").exit_code == 0


@pytest.mark.parametrize("dump", VERSIONS)
def test_its_rows_are_copied(server: Server, dump: str) -> None:
    source = read.source(DUMPS, f"{dump}.sql")
    [migration] = parse.migrations(
        [SourceFile(f"1_{source.path}", source.text, source.sha384)]
    )
    with database.scratch(server) as connection:
        migrate.execute(connection, migration)
        rows = connection.execute(
            "SELECT subtitle FROM public.book ORDER BY id"
        ).fetchall()
        assert len(rows) == ROWS[dump]
        assert rows[1:] == [("A \\. novel\nin two volumes",)] * bool(rows)
        # Settings of the dump do not last.
        assert connection.execute("SHOW search_path").fetchone() == ('"public"',)
        assert connection.execute("SHOW check_function_bodies").fetchone() == ("on",)


def test_a_real_database_gets_all_of_it(
    connection: psycopg.Connection[tuple[object, ...]], server: Server
) -> None:
    """Owners and privileges, too, where the roles are there and the dump is of this version or older."""
    source = read.source(DUMPS, "pg14.sql")
    text = source.text.replace("SET default_tablespace = fast;", "").replace(
        "FROM postgres;", "FROM PUBLIC;"
    )
    [migration] = parse.migrations([SourceFile("1_a.sql", text, source.sha384)])
    roles = ["shop", "reporting"]
    try:
        for role in roles:
            connection.execute(f"CREATE ROLE {role}".encode())
        conninfo = make_conninfo(server.conninfo, dbname=connection.info.dbname)
        migrate.up(conninfo, [migration])
        facts = connection.execute(
            "SELECT tableowner::text, has_table_privilege('reporting', 'public.book', 'SELECT'),"
            " (SELECT count(*) FROM public.loan), lo_get(4711) FROM pg_tables WHERE tablename = 'book'"
        ).fetchone()
        assert facts == ("shop", True, 1, b"ab")
        assert migrate.up(conninfo, [migration]) == ()
    finally:
        for role in roles:
            connection.execute(f"DROP OWNED BY {role} CASCADE".encode())
            connection.execute(f"DROP ROLE {role}".encode())
