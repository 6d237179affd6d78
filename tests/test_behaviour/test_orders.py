"""Queries of which calls choose the order, executed on a real server."""

import asyncio
import inspect
from itertools import permutations, product
from typing import Any, get_args

import psycopg
import pytest

from sqlgen.model.row_styles import RowStyle
from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE TABLE t (id int PRIMARY KEY, a int, b text NOT NULL, c bool NOT NULL);
INSERT INTO t SELECT n, nullif(n % 7, 3), 'x' || n % 5, n % 2 = 0 FROM generate_series(1, 60) AS n;
"""

QUERIES = """
-- name: search :many
-- sqlgen: optional lo, hi, b
-- sqlgen: order sort by a | b desc | n = length(b) + a nulls first | "it's ""x"" :sort $1" = c, d
SELECT t.id, a, b FROM t, (VALUES (1)) AS v (d) WHERE id > :after AND a BETWEEN :lo AND :hi AND b = :b
ORDER BY :sort, id DESC LIMIT :most; -- not :sort

-- name: several :many
-- sqlgen: order sort by up to 3 of a nulls first | b | odd = id % 2 desc
-- sqlgen: optional above
SELECT id FROM t WHERE id < 30 AND id > :above ORDER BY :sort, id;

-- name: first :optional
-- sqlgen: order class by id | a asc
SELECT id FROM t WHERE ':class' <> b ORDER BY :class LIMIT 1;

-- name: each :stream
-- sqlgen: order cursor by id | b
SELECT id FROM t WHERE id < :below ORDER BY c, :cursor, id;

-- name: distinct_ones :many
-- sqlgen: order sort by a nulls first | b
SELECT DISTINCT a, b FROM t ORDER BY :sort, a, b;

-- name: whole :many -> T
-- sqlgen: order sort by b | id
SELECT * FROM t WHERE a = 1 ORDER BY :sort, id;
"""  # fmt: skip


@pytest.mark.parametrize("style", RowStyle)
def test_rows_come_in_the_chosen_order(
    build: Build, connection: Connection, style: RowStyle
) -> None:
    q = build(SCHEMA, QUERIES, rows=style).sub("q")
    items = {
        "a": "a",
        "-a": "a DESC",
        "b": "b DESC",
        "n": "length(b) + a NULLS FIRST",
        "-n": "length(b) + a DESC NULLS FIRST",
        'it\'s "x" :sort $1': "c",
        '-it\'s "x" :sort $1': "c DESC",
    }
    assert get_args(q.SearchSort) == tuple(items)
    conditions: list[tuple[dict[str, Any], str]] = [
        ({}, "true"),
        ({"lo": 1, "hi": 4}, "a BETWEEN 1 AND 4"),
        ({"b": "x1"}, "b = 'x1'"),
        ({"lo": 1, "hi": 4, "b": "x1"}, "a BETWEEN 1 AND 4 AND b = 'x1'"),
    ]
    for (key, item), (arguments, condition) in product(items.items(), conditions):
        rows = q.search(connection, after=3, sort=key, most=50, **arguments)
        expected = connection.execute(
            f"SELECT id, a, b FROM t WHERE id > 3 AND {condition} ORDER BY {item}, id DESC LIMIT 50"
        ).fetchall()
        assert [(row.id, row.a, row.b) for row in rows] == expected
        assert len(rows) > 1
    assert q.search(connection, after=3, most=9) == q.search(
        connection, after=3, most=9, sort="a"
    )
    assert inspect.signature(q.search).parameters["sort"].default == "a"


HOSTILE: list[Any] = [
    "", "A", "a DESC", "--a", "a; DROP TABLE t", "id", "c", "1", ":sort", None, b"a", 1, ("a",)
]  # fmt: skip


@pytest.mark.parametrize("key", HOSTILE)
def test_no_other_key_reaches_the_statement(
    build: Build, connection: Connection, key: Any
) -> None:
    q = build(SCHEMA, QUERIES).sub("q")
    with pytest.raises(ValueError, match=r"cannot sort by .*, only by 'a', '-a', 'b'"):
        q.search(connection, after=3, most=9, sort=key)
    with pytest.raises(ValueError, match=r"cannot sort by .*, only by 'a', '-a', 'b'"):
        q.several(connection, sort=["a", key])


def test_several_keys(build: Build, connection: Connection) -> None:
    q = build(SCHEMA, QUERIES).sub("q")
    items = {
        "a": "a NULLS FIRST",
        "-a": "a DESC NULLS FIRST",
        "b": "b",
        "-b": "b DESC",
        "odd": "id % 2 DESC",
    }
    chosen = [keys for size in (1, 2, 3) for keys in permutations(items, size)]
    proved = 0
    for keys in chosen:
        if len({key.removeprefix("-") for key in keys}) < len(keys):
            with pytest.raises(ValueError, match="is there twice"):
                q.several(connection, sort=keys)
            continue
        order = ", ".join(items[key] for key in keys)
        expected = connection.execute(
            f"SELECT id FROM t WHERE id < 30 ORDER BY {order}, id"
        ).fetchall()
        assert [(row,) for row in q.several(connection, sort=list(keys))] == expected
        proved += 1
    assert proved == 5 + 16 + 24
    assert q.several(connection) == q.several(connection, sort=["a"])
    assert q.several(connection, above=27, sort=["-b", "a"]) == [29, 28]
    with pytest.raises(ValueError, match="give 1 to 3 keys"):
        q.several(connection, sort=[])
    with pytest.raises(ValueError, match="give 1 to 3 keys"):
        q.several(connection, sort=["a", "b", "odd", "-a"])
    with pytest.raises(TypeError, match="a sequence of keys, not the text 'a'"):
        q.several(connection, sort="a")


def test_all_commands_take_an_order(build: Build, connection: Connection) -> None:
    q = build(SCHEMA, QUERIES).sub("q")
    assert q.first(connection) == 1
    assert q.first(connection, class_="-id") == 60
    assert q.first(connection, class_="a") in (7, 14, 21, 28, 35, 42, 49, 56)
    with connection.transaction():
        assert list(q.each(connection, below=6, cursor="-id")) == [5, 3, 1, 4, 2]
        assert list(q.each(connection, below=6, cursor="b")) == [5, 1, 3, 2, 4]
    assert [(r.a, r.b) for r in q.distinct_ones(connection)][:2] == [
        (None, "x0"),
        (None, "x1"),
    ]
    assert q.distinct_ones(connection, sort="-b")[0].b == "x4"
    assert [row.id for row in q.whole(connection, sort="-id")] == [
        57, 50, 43, 36, 29, 22, 15, 8, 1
    ]  # fmt: skip


def test_asyncio_takes_an_order(build: Build, connection: Connection) -> None:
    package = build(SCHEMA, QUERIES)
    q = package.sub("aio.q")

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(
            connection.info.dsn, password=connection.info.password, autocommit=True
        ) as conn:
            assert await q.first(conn, class_="-id") == 60
            assert await q.several(conn, above=27, sort=("-b", "a")) == [29, 28]
            with pytest.raises(ValueError, match="cannot sort by"):
                await q.first(conn, class_="-a")

    asyncio.run(run())


def test_each_order_is_a_statement_that_is_prepared(
    build: Build, connection: Connection
) -> None:
    q = build(SCHEMA, QUERIES).sub("q")
    for _ in range(8):
        q.search(connection, after=1, most=2, sort="-a", b="x1")
    [[statement]] = connection.execute(
        "SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%FROM t%'"
    ).fetchall()
    assert "ORDER BY a DESC, id DESC LIMIT $3" in statement
    assert "b = $2" in statement


def test_an_order_can_use_an_index_in_a_generic_plan(
    build: Build, connection: Connection
) -> None:
    q = build(
        SCHEMA + "CREATE INDEX t_b ON t (b DESC, id);",
        "-- name: find :many\n-- sqlgen: optional a\n-- sqlgen: order sort by id | b\n"
        "SELECT id FROM t WHERE a = :a ORDER BY :sort, id LIMIT 3;",
    ).sub("q")
    statement, values = q.FIND_VARIANTS.sorted_by("-b").given(None)
    assert values == ()
    connection.execute("SET enable_sort = off; SET enable_seqscan = off")
    plan = connection.execute(f"EXPLAIN {statement}").fetchall()
    assert any("t_b" in line for (line,) in plan)


def test_the_orders_that_are_remembered_are_bounded(build: Build) -> None:
    keys = " | ".join(f"n{n} = id + {n}" for n in range(1, 9))
    q = build(
        SCHEMA,
        f"-- name: q :many\n-- sqlgen: order sort by up to 4 of {keys}\nSELECT id FROM t ORDER BY :sort;",
    ).sub("q")
    for chosen in permutations(q.Q_VARIANTS._order, 3):
        if len({key.removeprefix("-") for key in chosen}) == 3:
            q.Q_VARIANTS.sorted_by_each(chosen)
    assert len(q.Q_VARIANTS._sorted) <= 1000
