"""`schema = "schema.sql"`: a dump, or any file that makes the schema."""

from pathlib import Path

import pytest

from sqlgen.database import Server
from tests.test_schema.projects import QUERY, build, sqlgen, write

DUMP = """\
--
-- PostgreSQL database dump
--

\\restrict abc

SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE TABLE public.book (
    id integer NOT NULL,
    title text NOT NULL,
    subtitle text
);

ALTER TABLE public.book OWNER TO nobody_here;

COPY public.book (id, title, subtitle) FROM stdin;
1\tEmma\t\\N
\\.

ALTER TABLE ONLY public.book ADD CONSTRAINT book_pkey PRIMARY KEY (id);
GRANT SELECT ON TABLE public.book TO nobody_here_either;

\\unrestrict abc
"""


@pytest.fixture
def project(tmp_path: Path, server: Server) -> Path:
    settings = (
        f"[tool.sqlgen]\nschema = 'db/schema.sql'\nserver = '{server.conninfo}'\n"
    )
    return write(
        tmp_path,
        {"pyproject.toml": settings, "db/schema.sql": DUMP, "queries/books.sql": QUERY},
    )


def test_a_build_takes_the_schema_from_a_dump(project: Path) -> None:
    module = build(project)
    assert "title: str\n    subtitle: str | None\n" in module
    assert sqlgen(project, "check").exit_code == 0
    assert sqlgen(project, "check", "--offline").exit_code == 0
    described = sqlgen(project, "describe", "find_book")
    assert described.exit_code == 0, described.output


def test_another_dump_is_another_schema(project: Path) -> None:
    build(project)
    changed = DUMP.replace("subtitle text", "subtitle text NOT NULL")
    write(project, {"db/schema.sql": changed.replace("\\N", "A Novel")})
    offline = sqlgen(project, "check", "--offline")
    assert offline.exit_code == 1
    assert "the schema of `db/schema.sql` was changed" in offline.stderr
    assert "subtitle: str\n" in build(project)


def test_an_error_is_at_its_line(project: Path) -> None:
    write(project, {"db/schema.sql": DUMP.replace("1\tEmma", "one\tEmma")})
    result = sqlgen(project, "build")
    assert result.exit_code == 1
    line = DUMP[: DUMP.index("1\tEmma")].count("\n") + 1
    assert f"--> db/schema.sql:{line}:1" in result.stderr
    assert 'invalid input syntax for type integer: "one"' in result.stderr


def test_migrations_are_another_tools(project: Path) -> None:
    for command in ("up", "status", "verify", "check", "new"):
        arguments = ["x"] if command == "new" else []
        result = sqlgen(project, "migrate", command, *arguments)
        assert result.exit_code == 2, result.output
        assert "the schema comes from `db/schema.sql`" in result.stderr
        assert not (project / "migrations").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            "schema = 'schema.txt'",
            "`tool.sqlgen.schema` must be the path of an SQL file",
        ),
        ("schema = '/schema.sql'", "`tool.sqlgen.schema` must be a path relative to"),
        ("schema = 1", "`tool.sqlgen.schema` must be the path of an SQL file"),
        (
            "schema = 'a.sql'\nmigrations = 'b'",
            "`tool.sqlgen.schema` must be left out, since the schema comes from `migrations`",
        ),
        ("[tool.sqlgen.schema]", "`tool.sqlgen.schema.command` must be given, too"),
        (
            "[tool.sqlgen.schema]\ncommand = ['x']",
            "`tool.sqlgen.schema.watch` must be given, too",
        ),
        (
            "[tool.sqlgen.schema]\ncommand = 'x y'\nwatch = ['a']",
            "`tool.sqlgen.schema.command` must be a list of words",
        ),
        (
            "[tool.sqlgen.schema]\ncommand = ['x']\nwatch = ['/etc/*']",
            "`tool.sqlgen.schema.watch` must be a path relative to",
        ),
        (
            "[tool.sqlgen.schema]\ncommand = ['x']\nwatch = ['a']\nwatches = 1",
            "unknown setting `tool.sqlgen.schema.watches`",
        ),
        (
            "[tool.sqlgen.schema]\ncommand = ['x']\nwatch = ['nothing/**/*.py']",
            "the pattern `nothing/**/*.py` of `watch` matches no file",
        ),
        (
            "[tool.sqlgen.schema]\ncommand = ['x']\nwatch = ['a**b']",
            "the pattern `a**b` of `watch` matches no file",
        ),
        ("schema = 'missing.sql'", "`missing.sql` cannot be read"),
        ("schema = '../outside.sql'", "`..` is outside of the project"),
    ],
)
def test_settings(tmp_path: Path, settings: str, message: str) -> None:
    write(
        tmp_path,
        {"pyproject.toml": f"[tool.sqlgen]\n{settings}\n", "queries/books.sql": QUERY},
    )
    result = sqlgen(tmp_path, "build")
    assert result.exit_code in (1, 2)
    assert message in result.stderr
