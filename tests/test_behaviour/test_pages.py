"""Queries that give pages, executed on a real server."""

import asyncio
import base64
import json
from random import Random
from typing import Any

import psycopg
import pytest

from sqlgen.model.row_styles import RowStyle
from tests.test_behaviour.packages import Build, Connection

COLUMNS = {
    "i": "int",
    "n": "numeric",
    "f": "float8",
    "r": "float4",
    "t": "text",
    "b": "bool",
    "d": "date",
    "z": "timestamptz",
    "s": "timestamp",
    "u": "uuid",
    "e": "mood",
    "y": "bytea",
    "v": "varchar(9)",
    "p": "char(4)",
    "o": "positive",
}
VALUES: dict[str, list[str]] = {
    "i": ["1", "2", "-5", "2147483647"],
    "n": ["1", "1.0", "1.00", "-3.25", "'NaN'", "'Infinity'" , "1e-30"],
    "f": ["0.1", "0.2", "'NaN'", "'-Infinity'", "'-0'", "0", "1.0000000000000002", "1"],
    "r": ["0.1", "16777216", "'NaN'", "1e-40"],
    "t": ["'a'", "'A'", "''", "'ä \"''\\'", "'b'"],
    "b": ["true", "false"],
    "d": ["'2020-01-01'", "'infinity'", "'0044-03-15 BC'", "'9999-12-31'", "'20000-02-29'"],
    "z": ["'2020-01-01 12:00:00.123456+02'", "'2020-01-01 10:00:00.123457+00'", "'-infinity'"],
    "s": ["'2020-01-01 12:00:00.1'", "'2020-01-01 12:00'", "'0001-01-01 BC'"],
    "u": ["'00000000-0000-0000-0000-000000000001'", "'ffffffff-0000-0000-0000-000000000001'"],
    "e": ["'sad'", "'happy ''\"'"],
    "y": [r"'\x00ff'", r"'\x'", r"'\x01'"],
    "v": ["'x'", "'y '", "'y'"],
    "p": ["'x'", "'y'", "'yy'"],
    "o": ["1", "7"],
}  # fmt: skip
SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'happy ''"');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE t (id int PRIMARY KEY, {columns}, {others});
""".format(
    columns=", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items()),
    others=", ".join(f"{name}_ {type_} NOT NULL" for name, type_ in COLUMNS.items()),
)


def insert(connection: Connection, random: Random, numbers: list[int]) -> None:
    names = [*COLUMNS, *(f"{name}_" for name in COLUMNS)]
    for number in numbers:
        values = [
            (
                "NULL"
                if name in COLUMNS and random.random() < 0.3
                else random.choice(VALUES[name.rstrip("_")][: random.choice([2, 9])])
            )
            for name in names
        ]
        statement = f"INSERT INTO t (id, {', '.join(names)}) VALUES ({number}, {', '.join(values)})"
        connection.execute(statement.encode())


def items(random: Random) -> list[str]:
    names = random.sample(
        [*COLUMNS, *(f"{name}_" for name in COLUMNS)], random.randint(0, 3)
    )
    kind = random.choice(["", "mixed", "mixed"])
    direction = random.choice(["", " DESC"])
    found = []
    for name in [*names, "id"]:
        item = name + (random.choice(["", " ASC", " DESC"]) if kind else direction)
        if name in COLUMNS:
            item += random.choice(["", " NULLS FIRST", " NULLS LAST"])
        found.append(item)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_each_row_that_stays_is_seen_once(
    build: Build, connection: Connection, seed: int
) -> None:
    """While others come and go, by random orders, and in the order of ORDER BY."""
    random = Random(seed)
    orders = [items(random) for _ in range(40)]
    queries = "".join(
        f"-- name: q{n} :page\n-- sqlgen: optional least\n"
        f"SELECT {random.choice(['id', 'id, i, t', 't, id, u', 'v, e, a.id'])} FROM t AS a WHERE id >= :least\n"
        f"ORDER BY {', '.join(order)};\n"
        for n, order in enumerate(orders)
    )
    q = build(SCHEMA, queries).sub("q")
    sessions = ["UTC", "Asia/Kathmandu", "America/New_York"]
    for n, order in enumerate(orders):
        connection.execute("TRUNCATE t")
        stays = random.sample(range(0, 300, 3), 40)
        insert(connection, random, stays)
        coming = iter(random.sample(range(1, 300, 3), 60))
        going = random.sample(range(2, 300, 3), 30)
        insert(connection, random, going)
        expected = connection.execute(
            f"SELECT id FROM t WHERE id % 3 = 0 ORDER BY {', '.join(order)}".encode()
        ).fetchall()
        seen: list[int] = []
        after: str | None = None
        while True:
            connection.execute(f"SET TimeZone = '{random.choice(sessions)}'".encode())
            connection.execute(
                f"SET DateStyle = '{random.choice(['ISO, DMY', 'ISO, MDY', 'German', 'SQL, MDY'])}'".encode()
            )
            connection.execute(
                f"SET extra_float_digits = {random.choice([-5, 0, 1, 3])}".encode()
            )
            size = random.randint(1, 9)
            arguments = random.choice([{}, {"least": 0}])
            page = getattr(q, f"q{n}")(connection, size=size, after=after, **arguments)
            seen += [row if isinstance(row, int) else row.id for row in page.rows]
            assert len(page.rows) <= size
            after = page.next
            if after is None:
                break
            assert len(page.rows) == size
            if random.random() < 0.5 and (new := next(coming, None)):
                insert(connection, random, [new])
            if going and random.random() < 0.5:
                connection.execute(f"DELETE FROM t WHERE id = {going.pop()}".encode())
        assert [n for n in seen if n % 3 == 0] == [n for (n,) in expected], order
        assert len(seen) == len(set(seen))


QUERIES = """
-- name: list_all :page -> T
-- sqlgen: optional least
-- sqlgen: order sort by t_ | i nulls last | newest = z_ desc
SELECT id, t_, i FROM t WHERE id > :size AND id >= :least ORDER BY :sort, id DESC;

-- name: ids :page
SELECT id FROM t WHERE id > :size ORDER BY id;

-- name: grouped :page
SELECT e_, count(*) AS n FROM t GROUP BY e_, b_ ORDER BY b_ DESC, e_;

-- name: joined :page
SELECT DISTINCT a.t_, b.b_ FROM t AS a JOIN t AS b ON a.id = b.id WHERE a.id > 3 -- ORDER BY
/* before */ ORDER BY /* within */ b.b_ -- behind
    , a.t_ /* end */;

-- name: rows :page
SELECT 2 AS two, 1 AS one FROM t AS a ORDER BY a.id;

-- name: below :page
WITH s AS (SELECT t.id, 'x' || t.id AS x FROM t) SELECT s.x AS "x!", s.id AS "y: int" FROM s ORDER BY "y: int" DESC;
"""


def all_pages(function: Any, connection: Connection, **arguments: Any) -> list[Any]:
    rows: list[Any] = []
    after = None
    while True:
        page = function(connection, after=after, **arguments)
        rows += page.rows
        if not (after := page.next):
            return rows


@pytest.mark.parametrize("style", RowStyle)
def test_pages_of_all_kinds_of_queries(
    build: Build, connection: Connection, style: RowStyle
) -> None:
    q = build(SCHEMA, QUERIES, rows=style).sub("q")
    insert(connection, Random(1), [*range(1, 25)])
    orders = {"t_": "t_", "-t_": "t_ DESC", "i": "i NULLS LAST", "-i": "i DESC NULLS LAST",
              "newest": "z_ DESC"}  # fmt: skip
    for sort, order in orders.items():
        for least in (None, 9):
            expected = connection.execute(
                f"SELECT id FROM t WHERE id > 2 AND id >= {least or 0} ORDER BY {order}, id DESC"
            ).fetchall()
            rows = all_pages(
                q.list_all, connection, size_=2, size=4, sort=sort, least=least
            )
            assert [(row.id,) for row in rows] == expected
    assert all_pages(q.ids, connection, size_=3, size=5) == [*range(4, 25)]
    page = q.ids(connection, size_=3, size=21)
    assert (len(page.rows), page.next) == (21, None)
    assert q.ids(connection, size_=99, size=1).rows == []
    grouped = all_pages(q.grouped, connection, size=1)
    assert sum(row.n for row in grouped) == 24
    assert [
        (r.t_, r.b_) for r in all_pages(q.joined, connection, size=2)
    ] == connection.execute(
        "SELECT DISTINCT t_, b_ FROM t WHERE id > 3 ORDER BY b_, t_"
    ).fetchall()
    assert len(all_pages(q.rows, connection, size=7)) == 24
    assert [r.y for r in all_pages(q.below, connection, size=7)] == [*range(24, 0, -1)]


def token_of(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def test_tokens_of_others_are_refused(build: Build, connection: Connection) -> None:
    q = build(SCHEMA, QUERIES).sub("q")
    insert(connection, Random(1), [*range(1, 25)])
    token = q.list_all(connection, size_=0, size=2, sort="i").next
    assert q.list_all(connection, size_=0, size=2, sort="i", after=token).rows
    version, *_ = json.loads(base64.urlsafe_b64decode(token + "=="))
    foreign = q.ids(connection, size_=0, size=2).next
    bad = [
        "", "x", "ä", "====", token[:-4], token + "AAAA", foreign, token_of(), token_of(version),
        token_of(version, "1"), token_of(version, "1", "2", "3"), token_of(version, 1, "2"),
        token_of(version, "1", None), token_of(version, "1; DROP TABLE t", "2"), token_of(version, "1", ""),
        token_of(version, "99999999999", "2"), token_of(version, "1", "2.5"), token_of(version, "1", "\u0661"),
        token_of(version, ["1"], "2"), token_of("000000000000", "1", "2"), token_of(version, "1", " 2"),
        base64.urlsafe_b64encode(b"[" * 9000).decode(), base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(b"\xff").decode(), "e30", 1, b"x",
    ]  # fmt: skip
    for each in bad:
        with pytest.raises(ValueError, match="no token of a page"):
            q.list_all(connection, size_=0, size=2, sort="i", after=each)
    with pytest.raises(ValueError, match="no token of a page"):
        q.list_all(connection, size_=0, size=2, sort="-i", after=token)
    with pytest.raises(ValueError, match="cannot sort by"):
        q.list_all(connection, size_=0, size=2, sort="id")
    for size in (0, -1, 2**31):
        with pytest.raises(ValueError, match="at least one row"):
            q.ids(connection, size_=0, size=size)
    with pytest.raises(TypeError, match="as an int"):
        q.ids(connection, size_=0, size="2")


@pytest.mark.parametrize("name", COLUMNS)
def test_forged_values_are_refused_before_the_server_reads_them(
    build: Build, connection: Connection, name: str
) -> None:
    q = build(SCHEMA, f"-- name: q :page\nSELECT id FROM t ORDER BY {name}_, id;").sub(
        "q"
    )
    insert(connection, Random(2), [*range(1, 40)])
    token = q.q(connection, size=3).next
    version, value, _ = json.loads(base64.urlsafe_b64decode(token + "=="))
    random = Random(3)
    for _ in range(300):
        text = [
            *random.choice([value, "2020-13-45T25:61:61+99:99", "NaN", "\\x0", "1e5"])
        ]
        for _ in range(random.randint(1, 3)):
            text[random.randrange(len(text) or 1) : random.randrange(1, 9)] = (
                random.choice(
                    [
                        "",
                        "9",
                        "-",
                        "x",
                        "\0",
                        "\ud800",
                        "'",
                        "\u0661",
                        " ",
                        "e9",
                        "infinity",
                        "0" * 30,
                    ]
                )
            )
            text = text or ["0"]
        try:
            q.q(connection, size=3, after=token_of(version, "".join(text), "5"))
        except ValueError:
            continue


def test_asyncio_gives_pages(build: Build, connection: Connection) -> None:
    q = build(SCHEMA, QUERIES).sub("aio.q")
    insert(connection, Random(1), [*range(1, 25)])

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(
            connection.info.dsn, password=connection.info.password, autocommit=True
        ) as conn:
            page = await q.ids(conn, size_=0, size=20)
            last = await q.ids(conn, size_=0, size=20, after=page.next)
            assert [*page.rows, *last.rows] == [*range(1, 25)]
            assert last.next is None

    asyncio.run(run())


def test_a_page_starts_in_the_index(build: Build, connection: Connection) -> None:
    q = build(
        SCHEMA
        + "CREATE INDEX t_t_id ON t (t_, id); CREATE INDEX t_d ON t (d_ DESC, id)",
        "-- name: a :page\nSELECT id, i FROM t ORDER BY t_, id;\n"
        "-- name: b :page\nSELECT id, i FROM t ORDER BY d_ DESC, id;",
    ).sub("q")
    insert(connection, Random(1), [*range(1, 25)])
    connection.execute(
        "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off"
    )
    for name, index in (("a", "t_t_id"), ("b", "t_d")):
        token = getattr(q, name)(connection, size=2).next
        statement, values = getattr(q, f"{name.upper()}_PAGES").statement(
            (getattr(q, name.upper()), ()), 2, token
        )
        with psycopg.RawCursor(connection) as cursor:
            plan = cursor.execute(f"EXPLAIN {statement}".encode(), values).fetchall()
        lines = [line for (line,) in plan]
        assert any(index in line for line in lines), lines
        assert any("Index Cond" in line for line in lines), lines
