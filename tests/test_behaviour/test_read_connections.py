"""`read_connections`: functions that only read take the connection of a standby server, others refuse it."""

from pathlib import Path

import pytest
from mypy import api as mypy

from sqlgen.model.config import Mode
from tests.test_behaviour.packages import Build, Connection

SCHEMA = "CREATE TABLE visits (id int PRIMARY KEY, note text NOT NULL); INSERT INTO visits VALUES (1, 'a')"
QUERIES = """
-- name: list_visits :many
SELECT * FROM visits;
-- name: stream_visits :stream
SELECT id FROM visits;
-- name: delete_visits :exec
DELETE FROM visits;
"""
SERVICE = """
from contextlib import closing
from typing import Any
import psycopg
import psycopg_pool
from made import {prefix}ReadConnection
from made{package} import q

{define} read(conn: {prefix}ReadConnection) -> None:
    {wait}q.list_visits(conn)
    q.stream_visits(conn)
    {with_} conn.transaction():
        {wait}q.list_visits(conn)
    assert conn.info.dbname

{define} write(conn: {prefix}ReadConnection) -> None:
    {wait}q.delete_visits(conn)  # wrong

{define} both(conn: psycopg.{prefix}Connection[Any]) -> None:
    {wait}read(conn)
    {wait}q.delete_visits(conn)

{define} other(conn: psycopg.{other}Connection[Any]) -> None:
    {wait}q.list_visits(conn)  # wrong
"""
FORMS = {
    Mode.SYNC: {
        "prefix": "",
        "package": "",
        "define": "def",
        "wait": "",
        "with_": "with",
        "other": "Async",
    },
    Mode.ASYNC: {
        "prefix": "Async",
        "package": ".aio",
        "define": "async def",
        "wait": "await ",
        "with_": "async with",
        "other": "",
    },
}


@pytest.mark.parametrize("mode", FORMS)
def test_mypy_finds_calls_that_write_with_a_connection_that_reads(
    build: Build, tmp_path: Path, mode: Mode
) -> None:
    build(SCHEMA, QUERIES, read_connections=True)
    service = tmp_path / "service.py"
    service.write_text(SERVICE.format(**FORMS[mode]))
    wrong = [
        n
        for n, line in enumerate(service.read_text().splitlines(), 1)
        if "# wrong" in line
    ]
    out, _, _ = mypy.run(
        [
            "--strict",
            "--no-error-summary",
            "--cache-dir",
            str(tmp_path / "cache"),
            str(service),
        ]
    )
    found = [line for line in out.splitlines() if "error:" in line]
    assert [int(line.split(":")[1]) for line in found] == wrong, out
    assert all("[arg-type]" in line for line in found)


def test_the_connections_are_psycopgs_own(build: Build, connection: Connection) -> None:
    q = build(SCHEMA, QUERIES, read_connections=True).sub("q")
    with connection.transaction():
        connection.execute("SET TRANSACTION READ ONLY")
        assert [row.note for row in q.list_visits(connection)] == ["a"]
        assert list(q.stream_visits(connection)) == [1]
