"""`schema = "postgresql://…"`: a live database, which is only read."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from sqlgen import database
from sqlgen.database import Server
from tests.test_schema.projects import QUERY, build, sqlgen, write

LIVE = """
CREATE TABLE book (id int PRIMARY KEY, title text NOT NULL, subtitle text);
INSERT INTO book VALUES (1, 'Emma', NULL);
CREATE FUNCTION comment_like() RETURNS text LANGUAGE sql AS $$
-- Dumped by hand
SELECT 'x' $$;
"""


@pytest.fixture
def live(server: Server) -> Iterator[psycopg.Connection[TupleRow]]:
    with database.scratch(server) as connection:
        connection.execute(LIVE)
        yield connection


@pytest.fixture
def project(
    tmp_path: Path,
    newest_server: Server,
    server: Server,
    live: psycopg.Connection[TupleRow],
) -> Path:
    url = database.url(make_conninfo(server.conninfo, dbname=live.info.dbname))
    settings = f'[tool.sqlgen]\nschema = "{url}"\nserver = "{newest_server.conninfo}"\n'
    return write(tmp_path, {"pyproject.toml": settings, "queries/books.sql": QUERY})


def test_a_build_takes_the_schema_of_a_live_database(
    project: Path, live: psycopg.Connection[TupleRow]
) -> None:
    assert "title: str\n    subtitle: str | None\n" in build(project)
    assert sqlgen(project, "check").exit_code == 0
    live.execute("UPDATE book SET subtitle = ''")
    live.execute("ALTER TABLE book ALTER subtitle SET NOT NULL")
    assert sqlgen(project, "check").exit_code == 1
    assert "subtitle: str\n" in build(project)


def test_the_live_database_is_only_read(
    project: Path, live: psycopg.Connection[TupleRow]
) -> None:
    facts = (
        "SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_namespace),"
        " tup_inserted, tup_updated, tup_deleted FROM pg_stat_database WHERE datname = current_database()"
    )
    live.execute(
        "SELECT pg_stat_force_next_flush()"
        if live.info.server_version >= 150000
        else "SELECT"
    )
    before = live.execute(facts).fetchone()
    build(project)
    assert live.execute(facts).fetchone() == before


def test_the_lock_tells_nothing_of_a_live_database(project: Path) -> None:
    build(project)
    lock = (
        (project / "generated/.lock/schema.json")
        if (project / "generated/.lock").exists()
        else None
    )
    texts = [p.read_text() for p in (project / "generated").rglob("*") if p.is_file()]
    host = conninfo_to_dict((project / "pyproject.toml").read_text().split('"')[1])[
        "host"
    ]
    assert lock is None or lock.exists()
    assert not any(str(host) in text for text in texts)


def test_offline_does_not_connect(project: Path) -> None:
    build(project)
    settings = (project / "pyproject.toml").read_text()
    nowhere = 'schema = "postgresql://u:secret@127.0.0.1:1/nothing"'
    first, _, *rest = settings.split("\n")
    write(project, {"pyproject.toml": "\n".join([first, nowhere, *rest])})
    offline = sqlgen(project, "check", "--offline")
    assert offline.exit_code == 0, offline.output
    online = sqlgen(project, "check")
    assert online.exit_code == 3
    assert "the schema of the live database cannot be read" in online.stderr
    assert "secret" not in online.output


def test_the_password_is_not_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in place of pg_dump tells how it is called."""
    program = tmp_path / "pg_dump"
    program.write_text(
        '#!/bin/sh\necho "$@" "PASSWORD:$PGPASSWORD OPTIONS:$PGOPTIONS"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr("sqlgen.database.pg_dump.find_pg_dump", lambda: program)
    source = database.dumped_schema("postgresql://u:s3cret@h/db")
    arguments, _, environment = source.text.partition("PASSWORD:")
    assert "s3cret" not in arguments
    assert environment.startswith("s3cret OPTIONS:")
    assert "default_transaction_read_only=on" in environment
    assert "s3cret" not in source.path
    assert "PGPASSWORD" not in os.environ


def test_what_varies_is_not_a_change(
    live: psycopg.Connection[TupleRow], server: Server
) -> None:
    url = database.url(make_conninfo(server.conninfo, dbname=live.info.dbname))
    first, second = database.dumped_schema(url), database.dumped_schema(url)
    assert first == second
    assert "restrict" not in first.text
    assert "-- Dumped by hand" in first.text
