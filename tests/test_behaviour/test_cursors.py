"""The cursors of generated functions: traced ones, those of a connection's own class, pipelines."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import ClientCursor, Cursor, RawCursor
from psycopg.rows import tuple_row

from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE TABLE t (id int PRIMARY KEY, note text);
INSERT INTO t VALUES (1, 'one'), (2, NULL);
"""
QUERIES = """
-- name: count_all :one
SELECT count(*) FROM t;
-- name: get :optional
SELECT * FROM t WHERE id = :id;
-- name: list_all :many
SELECT id, note FROM t ORDER BY id;
-- name: add :exec
INSERT INTO t (id) VALUES (:id);
-- name: rename :execrows
UPDATE t SET note = 'n';
-- name: remove :batch
DELETE FROM t WHERE id = :id RETURNING id;
-- name: note_all :batch
UPDATE t SET note = :note WHERE id >= :id;
-- name: stream_all :stream
SELECT id FROM t ORDER BY id;
-- name: lock_all :stream
SELECT id FROM t ORDER BY id FOR UPDATE;
-- name: broken :execrows
UPDATE t SET id = 7;
-- name: create :execrows
CREATE TABLE u ();
"""
TRACED = [
    "count_all",
    "get",
    "list_all",
    "add",
    "rename",
    "remove",
    "note_all",
    "stream_all",
]


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("tool", ["opentelemetry", "ddtrace"])
def test_tracers_see_each_call(
    build: Build, connection: Connection, tmp_path: Path, tool: str, mode: str
) -> None:
    build(SCHEMA, QUERIES)
    arguments = (tool, mode, str(tmp_path), connection.info.dsn)
    process = subprocess.run(
        [sys.executable, "-m", "tests.test_behaviour.traced", *arguments],
        cwd=Path(__file__).parent.parent.parent,
        env={**os.environ, **WITHOUT_AGENT},
        stdout=subprocess.PIPE,
        check=True,
    )
    values, statements = json.loads(process.stdout)
    assert values == [
        "2",
        "GetRow(id=1, note='one')",
        "[ListAllRow(id=1, note='one'), ListAllRow(id=2, note=None)]",
        "None",
        "3",
        "[[3]]",
        "3",
        "[1, 2]",
    ]
    assert [text.split("/* q.")[1] for text in statements] == [
        f"{name} */" for name in TRACED
    ]


WITHOUT_AGENT = {
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
    "DD_TRACE_STARTUP_LOGS": "false",
}


class Noted(Cursor[Any]):
    """A cursor as a tracer makes it."""

    statements: list[str] = []  # noqa: RUF012  # of all of them

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        self.statements.append(query)
        return super().execute(query, *args, **kwargs)


class NotedRaw(RawCursor[Any]):
    """A cursor for `$1` of a connection's own."""


class Arranged(Cursor[Any]):
    """A cursor with a constructor of its own."""

    def __init__(self, connection: Any, *, row_factory: Any = None) -> None:
        super().__init__(connection, row_factory=row_factory)


class NotedClient(ClientCursor[Any]):
    """A cursor that no other can be combined with."""


@pytest.mark.parametrize(
    "factory",
    [Cursor, Noted, NotedRaw, Arranged, RawCursor, ClientCursor, NotedClient],
)
def test_cursors_of_a_connections_own_class(
    build: Build, connection: Connection, factory: Any
) -> None:
    q = build(SCHEMA, QUERIES).sub("q")
    Noted.statements.clear()
    with psycopg.connect(connection.info.dsn, cursor_factory=factory) as conn:
        for _ in range(2):
            assert q.get(conn, id=1) == q.GetRow(1, "one")
            assert q.remove(conn, rows=[9]) == [[]]
            assert list(q.stream_all(conn)) == [1, 2]
        assert conn.cursor_factory is factory
        assert type(conn.cursor()) is factory, "the connection's own are as they were"
    if factory is Noted:
        assert Noted.statements == [q.GET, q.STREAM_ALL] * 2


def test_classes_are_made_once(build: Build, connection: Connection) -> None:
    package = build(SCHEMA, QUERIES)
    cursors = package.sub("_cursors")
    with psycopg.connect(connection.info.dsn, cursor_factory=Noted) as conn:
        first, second = cursors.raw_cursor(conn), cursors.raw_cursor(conn)
    assert type(first) is type(second)
    assert isinstance(first, Noted)
    assert isinstance(first, RawCursor)


def test_no_two_streams_have_one_name(build: Build, connection: Connection) -> None:
    cursors = build(SCHEMA, QUERIES).sub("_cursors")
    with (
        cursors.stream_cursor(connection, "x", row_factory=tuple_row) as first,
        cursors.stream_cursor(connection, "x", row_factory=tuple_row) as second,
    ):
        assert first.name != second.name


@pytest.mark.parametrize("begin", ["transaction", "BEGIN"])
def test_streams_may_lock_rows(
    build: Build, connection: Connection, begin: str
) -> None:
    q = build(SCHEMA, QUERIES).sub("q")
    with psycopg.connect(connection.info.dsn, autocommit=True) as conn:
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="WITH HOLD"):
            list(q.lock_all(conn))
        if begin == "BEGIN":
            conn.execute("BEGIN")
            assert list(q.lock_all(conn)) == [1, 2]
            conn.execute("COMMIT")
        else:
            with conn.transaction():
                assert list(q.lock_all(conn)) == [1, 2]
        assert list(q.stream_all(conn)) == [1, 2]


def test_async_streams_may_lock_rows(build: Build, connection: Connection) -> None:
    q = build(SCHEMA, QUERIES).sub("aio.q")

    async def rows() -> list[int]:
        dsn = connection.info.dsn
        async with (
            await psycopg.AsyncConnection.connect(dsn, autocommit=True) as conn,
            conn.transaction(),
        ):
            return [row async for row in q.lock_all(conn)]

    assert asyncio.run(rows()) == [1, 2]


@pytest.mark.parametrize("autocommit", [True, False])
def test_counts_in_pipelines(
    build: Build, connection: Connection, autocommit: bool
) -> None:
    q = build(SCHEMA, QUERIES).sub("q")
    notes = [q.NoteAllParams("a", 1), q.NoteAllParams("b", 2)]
    with psycopg.connect(connection.info.dsn, autocommit=autocommit) as conn:
        with conn.pipeline():
            q.add(conn, id=3)
            assert q.rename(conn) == 3
            assert q.note_all(conn, rows=notes) == 5
            assert q.note_all(conn, rows=[]) == 0
            assert q.remove(conn, rows=[3, 4]) == [[3], []]
            assert q.get(conn, id=2) == q.GetRow(2, "b")
            assert q.count_all(conn) == 2
            assert q.create(conn) == -1, "as psycopg says where no rows are counted"
        with pytest.raises(psycopg.errors.UniqueViolation), conn.pipeline():
            q.broken(conn)


@pytest.mark.parametrize("autocommit", [True, False])
def test_counts_in_async_pipelines(
    build: Build, connection: Connection, autocommit: bool
) -> None:
    q = build(SCHEMA, QUERIES).sub("aio.q")

    async def run() -> list[object]:
        notes = [q.NoteAllParams("a", 1), q.NoteAllParams("b", 2)]
        async with (
            await psycopg.AsyncConnection.connect(
                connection.info.dsn, autocommit=autocommit
            ) as conn,
            conn.pipeline(),
        ):
            return [
                await q.add(conn, id=3),
                await q.rename(conn),
                await q.note_all(conn, rows=notes),
                await q.note_all(conn, rows=[]),
                await q.remove(conn, rows=[3, 4]),
                await q.count_all(conn),
            ]

    assert asyncio.run(run()) == [None, 3, 5, 0, [[3], []], 2]
