"""The commands, executed: how many rows they return or require, and batches."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from typing import Any

import psycopg
import pytest

from sqlgen.model.row_styles import RowStyle
from tests.test_behaviour.packages import Build, Connection

NOON = dt.datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=dt.UTC)


def test_one_and_optional_count_the_rows(build: Build, connection: Connection) -> None:
    package = build(
        "CREATE TABLE t (id int PRIMARY KEY, n int)",
        """
        -- name: the_one :one
        SELECT n FROM t WHERE id <= :id;
        -- name: maybe :optional
        SELECT * FROM t WHERE id <= :id;
        -- name: fill :execrows
        INSERT INTO t SELECT g FROM generate_series(1, :upto::int) AS g;
        -- name: clear :exec
        DELETE FROM t;
        """,
    )
    q = package.sub("q")
    assert q.fill(connection, upto=2) == 2
    assert q.the_one(connection, id=1) is None, "a row of NULL is a row"
    assert q.maybe(connection, id=0) is None
    assert q.maybe(connection, id=1) == q.MaybeRow(1, None)
    with pytest.raises(psycopg.errors.NoDataFound):
        q.the_one(connection, id=0)
    with pytest.raises(psycopg.errors.TooManyRows):
        q.the_one(connection, id=2)
    with pytest.raises(psycopg.errors.TooManyRows):
        q.maybe(connection, id=2)
    assert q.clear(connection) is None


STREAM = """
-- name: numbers :stream
SELECT g AS n FROM generate_series(1, :upto::int) AS g;
"""


@pytest.mark.parametrize("autocommit", [True, False])
def test_streams_work_with_and_without_a_transaction(
    build: Build, connection: Connection, autocommit: bool
) -> None:
    q = build("", STREAM).sub("q")
    with psycopg.connect(connection.info.dsn, autocommit=autocommit) as conn:
        assert sum(q.numbers(conn, upto=1000)) == 500500
        with conn.transaction():
            first, second = q.numbers(conn, upto=3), q.numbers(conn, upto=3)
            assert [next(first), next(second), next(first)] == [1, 1, 2]
            first.close()
            second.close()
        assert conn.execute("SELECT count(*) FROM pg_cursors").fetchone() == (0,)


def test_streams_of_a_million_rows_stay_small(
    build: Build, connection: Connection
) -> None:
    q = build("", STREAM).sub("q")
    rows = q.numbers(connection, upto=1_000_000)
    assert [next(rows) for _ in range(3)] == [1, 2, 3]
    cursors = connection.execute("SELECT count(*) FROM pg_cursors").fetchone()
    assert cursors == (1,), "the rows wait on the server"
    rows.close()


@pytest.mark.parametrize("autocommit", [True, False])
def test_async_streams(build: Build, connection: Connection, autocommit: bool) -> None:
    aio = build("", STREAM).sub("aio.q")

    async def total() -> int:
        async with await psycopg.AsyncConnection.connect(
            connection.info.dsn, autocommit=autocommit
        ) as conn:
            return sum([n async for n in aio.numbers(conn, upto=1000)])

    assert asyncio.run(total()) == 500500


def test_integers_of_all_sizes_are_one_prepared_statement(
    build: Build, connection: Connection
) -> None:
    q = build(
        "CREATE TABLE t (id bigint, tags int[])",
        "-- name: find :many\nSELECT id FROM t WHERE id = :id AND tags @> :tags;",
    ).sub("q")
    connection.prepare_threshold = 0
    for number in (1, 40_000, 2**40):
        q.find(connection, id=number, tags=[number % 2**31, 1])
    statements = connection.execute(
        "SELECT parameter_types::text FROM pg_prepared_statements"
        " WHERE statement LIKE 'SELECT id%'"
    ).fetchall()
    assert statements == [("{bigint,integer[]}",)]


BULK = """
-- name: add :batch
INSERT INTO t VALUES (:id, :tags, :at?, :mood?);
-- name: add_back :batch -> T
INSERT INTO t VALUES (:id, :tags, :at?, :mood?) RETURNING *;
-- name: forget :batch
DELETE FROM t WHERE id = :id RETURNING id;
-- name: copy_all :copy
INSERT INTO t (mood, at, tags, id) VALUES (:mood?, :at?, :tags, :id);
-- name: copy_binary :copy
INSERT INTO t (id, at, tags) VALUES (:id, :at?, :tags);
-- name: count_all :one
SELECT count(*) FROM t;
-- name: stream_ids :stream
SELECT id FROM t ORDER BY id;
"""
BULK_SCHEMA = """
CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE t (id int PRIMARY KEY, tags text[] NOT NULL, at timestamptz, mood mood);
"""


def test_many_rows_at_once(build: Build, connection: Connection) -> None:
    package = build(BULK_SCHEMA, BULK)
    q, m = package.sub("q"), package.sub("models")
    a, b = q.AddParams(1, ["x"], NOON, m.Mood.SAD), q.AddParams(2, [], None, None)
    assert q.add(connection, rows=[a, b]) == 2
    assert q.add(connection, rows=[]) == 0
    c = q.AddBackParams(3, ("t", "u"), NOON, None)
    d = q.AddBackParams(4, [], None, m.Mood.SAD)
    assert q.add_back(connection, rows=iter([c, d])) == [
        [m.T(3, ["t", "u"], NOON, None)],
        [m.T(4, [], None, m.Mood.SAD)],
    ]
    assert q.add_back(connection, rows=[]) == []
    assert q.forget(connection, rows=[4, 99, 1]) == [[4], [], [1]]
    rows = [q.CopyAllParams(m.Mood.SAD, NOON, ["y"], n) for n in range(10, 20)]
    assert q.copy_all(connection, rows=rows) == 10
    more = (q.CopyBinaryParams(n, None, ["z"]) for n in range(20, 30))
    assert q.copy_binary(connection, rows=more) == 10
    assert q.copy_binary(connection, rows=[]) == 0
    assert q.count_all(connection) == 22
    assert "BINARY" in q.COPY_BINARY
    assert "BINARY" not in q.COPY_ALL


def test_many_rows_at_once_async(build: Build, connection: Connection) -> None:
    package = build(BULK_SCHEMA, BULK)
    q, aio, m = package.sub("q"), package.sub("aio.q"), package.sub("models")

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(
            connection.info.dsn, autocommit=True
        ) as conn:
            row = q.AddBackParams(3, ["t"], NOON, None)
            assert await aio.add_back(conn, rows=[row]) == [[m.T(3, ["t"], NOON, None)]]
            assert await aio.add_back(conn, rows=[]) == []
            assert await aio.forget(conn, rows=[3, 4]) == [[3], []]
            rows = [q.CopyBinaryParams(n, NOON, []) for n in range(5)]
            assert await aio.copy_binary(conn, rows=rows) == 5

    asyncio.run(run())


def test_many_rows_of_an_async_iterable(build: Build, connection: Connection) -> None:
    package = build(BULK_SCHEMA, BULK)
    q, aio, m = package.sub("q"), package.sub("aio.q"), package.sub("models")

    async def arriving(*rows: Any) -> AsyncIterator[Any]:
        for row in rows:
            await asyncio.sleep(0)
            yield row

    class Both:
        """An iterable of which only the asynchronous way works in asyncio."""

        def __iter__(self) -> Iterator[int]:
            raise AssertionError

        def __aiter__(self) -> AsyncIterator[int]:
            return arriving(0)

    async def failing() -> AsyncIterator[Any]:
        yield q.CopyBinaryParams(77, None, [])
        raise ValueError("the file ends early")

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(
            connection.info.dsn, autocommit=True
        ) as conn:
            row = q.AddBackParams(3, ["t"], NOON, None)
            added = await aio.add_back(conn, rows=arriving(row))
            assert added == [[m.T(3, ["t"], NOON, None)]]
            plain = [q.AddParams(n, [], NOON, None) for n in (4, 5)]
            assert await aio.add(conn, rows=arriving(*plain)) == 2
            assert await aio.add(conn, rows=arriving()) == 0
            assert await aio.forget(conn, rows=arriving(3, 99)) == [[3], []]
            assert await aio.forget(conn, rows=Both()) == [[]]
            binary = [q.CopyBinaryParams(n, NOON, []) for n in range(10, 15)]
            assert await aio.copy_binary(conn, rows=arriving(*binary)) == 5
            assert await aio.copy_binary(conn, rows=arriving()) == 0
            texts = [q.CopyAllParams(None, None, [], n) for n in range(20, 22)]
            assert await aio.copy_all(conn, rows=arriving(*texts)) == 2
            async with conn.pipeline():
                more = arriving(q.AddParams(30, [], None, None))
                assert await aio.add(conn, rows=more) == 1
            async with conn.transaction():
                ids = aio.stream_ids(conn)
                assert await aio.forget(conn, rows=ids) == [
                    [n] for n in (4, 5, *range(10, 15), 20, 21, 30)
                ]
            with pytest.raises(ValueError, match="ends early"):
                await aio.copy_binary(conn, rows=failing())
            assert await aio.count_all(conn) == 0
            for name in ("forget", "copy_binary"):
                with pytest.raises(TypeError, match="not str"):
                    await getattr(aio, name)(conn, rows="text")

    asyncio.run(run())


@pytest.mark.parametrize("style", [RowStyle.DATACLASS, RowStyle.NAMEDTUPLE])
def test_row_styles(build: Build, connection: Connection, style: RowStyle) -> None:
    package = build(
        "CREATE TYPE mood AS ENUM ('sad');"
        "CREATE TABLE t (id int NOT NULL, count int, mood mood NOT NULL)",
        """
        -- name: add :one -> T
        INSERT INTO t VALUES (:id, :count, :mood) RETURNING *;
        -- name: plain :many
        SELECT id, count AS "index" FROM t;
        """,
        rows=style,
    )
    q, m = package.sub("q"), package.sub("models")
    row = q.add(connection, id=1, count=2, mood=m.Mood.SAD)
    assert (row.id, row.mood) == (1, m.Mood.SAD)
    assert row == m.T(1, 2, m.Mood.SAD)
    (plain,) = q.plain(connection)
    assert plain.id == 1


def test_statements_may_hold_any_text(build: Build, connection: Connection) -> None:
    odd = 'naïve ✓ \\ """ %s %% {{ y }} {% z'
    q = build("", f"-- name: odd :one\nSELECT '{odd}' || :x::text AS \"a\";").sub("q")
    assert q.odd(connection, x="€") == odd + "€"
