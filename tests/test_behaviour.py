"""Generated code really run: what is sent comes back, and the server sees what it described."""

import asyncio
import datetime as dt
import importlib
import ipaddress
import re
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from sqlgen import describe, infer, parse, render, translate
from sqlgen.model.config import Config, Mode, RowStyle
from sqlgen.model.description import Description
from sqlgen.model.source import SourceFile

Connection = psycopg.Connection[TupleRow]
UTC = dt.UTC
NOON = dt.datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=UTC)

SCHEMA = """
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'very happy', '', 'class', '2x', 'quote"d', 'null');
CREATE TYPE place AS (street text, floor int, mood mood, data jsonb, since timestamptz);
CREATE TYPE house AS (place place, tags text[], places place[], during tstzrange);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN colour AS text CHECK (value IN ('red', 'green'));
CREATE DOMAIN colours AS text[];
CREATE TYPE float_range AS RANGE (subtype = float8);
CREATE TYPE text_range AS RANGE (subtype = text);
"""


def values(m: Any) -> dict[str, list[Any]]:
    """Values of each type, by the name that PostgreSQL has for it."""
    awkward = 'a "b"\\,(c){d}\n\t'
    place = m.Place(awkward, 3, m.Mood.EMPTY, {"a": [1, None, 'x"y']}, NOON)
    empty = m.Place(None, None, None, None, None)
    house = m.House(place, ["x", awkward, ""], [empty, place], Range(NOON, None))
    return {
        "int2": [0, -32768, 32767],
        "int4": [0, 1, -(2**31), 2**31 - 1],
        "int8": [1, 2**40, -(2**63)],
        "oid": [0, 4_000_000_000],
        "float4": [0.5, -1.0],
        "float8": [0.1, float("inf"), 1e300],
        "numeric": [Decimal("1.50"), Decimal("1e-30"), Decimal("-1" + "0" * 30)],
        "bool": [True, False],
        "text": ["", "näïve ✓", awkward, "NULL"],
        "varchar": ["v"],
        "bpchar": ["three"],
        "name": ["n"],
        '"char"': ["c"],
        "citext": ["MiXed"],
        "bit varying": ["0101"],
        "macaddr": ["08:00:2b:01:02:03"],
        "tsvector": ["'a' 'b'"],
        "point": ["(1,2)"],
        "bytea": [b"", b"\0\xff"],
        "uuid": [uuid.UUID(int=5)],
        "date": [dt.date(2024, 2, 29), dt.date(1, 1, 1)],
        "time": [dt.time(1, 2, 3, 4)],
        "timetz": [dt.time(1, 2, 3, tzinfo=UTC)],
        "timestamp": [NOON.replace(tzinfo=None)],
        "timestamptz": [NOON],
        "interval": [dt.timedelta(days=-1, seconds=5, microseconds=7)],
        "json": [{"a": [1, 2.5, None, "x"]}, [], "s", 1],
        "jsonb": [{"ä": {}}, [True], ""],
        "inet": [
            ipaddress.ip_address("10.0.0.1"),
            ipaddress.ip_interface("10.0.0.1/8"),
            ipaddress.ip_address("::1"),
        ],
        "cidr": [ipaddress.ip_network("10.0.0.0/8")],
        "hstore": [{}, {"a": None, 'k"\\': awkward}],
        "int4range": [Range(1, 5), Range(empty=True), Range(None, None, "()")],
        "int8range": [Range(1, 2**40)],
        "numrange": [Range(Decimal("1.5"), None)],
        "daterange": [Range(dt.date(2024, 1, 1), dt.date(2024, 1, 5))],
        "tsrange": [Range(NOON.replace(tzinfo=None), None)],
        "tstzrange": [Range(NOON, None)],
        "int4multirange": [Multirange(), Multirange([Range(1, 3), Range(5, 6)])],
        "float_range": [Range(0.5, 1.5), Range(empty=True), Range(None, 2.0, "()")],
        "text_range": [Range('a "x,', "b)")],
        "float_multirange": [Multirange([Range(1.0, 2.0), Range(3.0, None)])],
        "mood": list(m.Mood),
        "place": [place, empty],
        "house": [house, m.House(None, None, [], None)],
        "positive": [7],
        "colour": ["red", "green"],
        "colours": [["red"], []],
    }


@dataclass(frozen=True, slots=True)
class Package:
    """A generated package, imported, with what PostgreSQL said of its queries."""

    module: ModuleType
    descriptions: dict[str, Description]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, name)

    def sub(self, name: str) -> Any:
        return importlib.import_module(f"{self.module.__name__}.{name}")


Build = Callable[..., Package]


@pytest.fixture
def build(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Build]:
    """Makes a package of a schema and queries, and imports it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(schema: str, queries: str, rows: RowStyle = RowStyle.DATACLASS) -> Package:
        connection.execute(schema.encode())
        file = parse.query_file(SourceFile("queries/q.sql", queries))
        catalog = describe.catalog(connection)
        described = []
        for outcome in describe.queries(connection, catalog, file.queries):
            assert isinstance(outcome, Description), outcome
            described.append(outcome)
        typed = [infer.query(description, catalog) for description in described]
        config = Config(root=tmp_path, mode=Mode.BOTH, rows=rows, output="made")
        for module in translate.package([(file, typed)], config):
            made = render.module(module)
            (tmp_path / made.path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / made.path).write_text(made.text)
        importlib.invalidate_caches()
        return Package(
            importlib.import_module("made"), {d.query.name: d for d in described}
        )

    yield make
    for name in [name for name in sys.modules if name.split(".")[0] == "made"]:
        del sys.modules[name]


def test_values_of_every_type_come_back(build: Build, connection: Connection) -> None:
    names = list(values(_Anything()))
    queries = ["-- name: all_types :exec\nSELECT 1;"]
    for number, name in enumerate(names):
        queries.append(f"""
            -- name: one_{number} :one
            SELECT (:v?)::{name} AS v;
            -- name: stored_{number} :one -> Stored{number}
            INSERT INTO t{number} VALUES (:v?, :vs?) RETURNING *;
            -- name: found_{number} :many
            SELECT vs FROM t{number} WHERE v::text = (:v)::{name}::text;
            """)
    tables = "".join(
        f"CREATE TABLE t{n} (v {x}, vs {x}[]);" for n, x in enumerate(names)
    )
    package = build(SCHEMA + tables, "\n".join(queries))
    q, aio, m = package.sub("q"), package.sub("aio.q"), package.sub("models")

    wrong = []
    for number, (name, all_of_type) in enumerate(values(m).items()):
        for value in [*all_of_type, None]:
            one = getattr(q, f"one_{number}")(connection, v=value)
            many = [] if value is None else [*all_of_type, value]
            stored = getattr(q, f"stored_{number}")(connection, v=value, vs=many)
            for sent, back in ((value, one), (value, stored.v), (many, stored.vs)):
                if not _same(sent, back):
                    wrong.append((name, sent, back))
        found = getattr(q, f"found_{number}")(connection, v=all_of_type[-1])
        if not _same([*all_of_type, all_of_type[-1]], found[-1]):
            wrong.append((name, all_of_type, found))
    assert not wrong

    async def twins() -> None:
        async with await psycopg.AsyncConnection.connect(
            connection.info.dsn, autocommit=True
        ) as conn:
            for number, all_of_type in enumerate(values(m).values()):
                for value in all_of_type:
                    back = await getattr(aio, f"one_{number}")(conn, v=value)
                    assert _same(value, back)

    asyncio.run(twins())


def _same(sent: Any, back: Any) -> bool:
    """Equal and of the same type, all the way down."""
    if isinstance(sent, list):
        return (
            isinstance(back, list)
            and len(sent) == len(back)
            and all(map(_same, sent, back))
        )
    return type(sent) is type(back) and bool(sent == back)


class _Anything:
    """Stands for the models where only the names of the types are wanted."""

    def __getattr__(self, name: str) -> Any:
        return _Anything()

    def __call__(self, *_: Any) -> Any:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())


def test_the_server_sees_the_types_that_it_described(
    build: Build, connection: Connection
) -> None:
    names = list(values(_Anything()))
    columns = ", ".join(f"c{n} {name}, a{n} {name}[]" for n, name in enumerate(names))
    marks = ", ".join(f":c{n}?, :a{n}?" for n in range(len(names)))
    package = build(
        SCHEMA + f"CREATE TABLE t (id int, {columns});",
        f"""
        -- name: add :one
        INSERT INTO t VALUES (:id, {marks}) RETURNING *;
        -- name: at :many
        SELECT t.*, id + :n AS m FROM t WHERE c0 = ANY(:ids) AND now() > :at
            AND (:ids)[1] <> 5 AND :day <= current_date AND (:off::text IS NULL OR id < 3)
            AND interval '1 day' > :ago AND date_trunc('day', :at) < now() LIMIT :limit;
        """,
    )
    q, m = package.sub("q"), package.sub("models")
    found = values(m)
    full = {f"c{n}": found[name][0] for n, name in enumerate(names)} | {
        f"a{n}": found[name] for n, name in enumerate(names)
    }
    connection.prepare_threshold = 0
    for arguments in (full, dict.fromkeys(full), {**full, **_emptied(full)}):
        q.add(connection, id=1, **arguments)
        q.at(
            connection,
            n=1,
            ids=[1, 2**12],
            at=NOON,
            day=NOON.date(),
            off=None,
            ago=dt.timedelta(1),
            limit=5,
        )
    for name, text in (("add", q.ADD), ("at", q.AT)):
        _check_described(connection, package.descriptions[name], text)
        _check_seen(connection, text)


def _emptied(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: [] for name, value in arguments.items() if isinstance(value, list)}


def _check_described(conn: Connection, before: Description, after: str) -> None:
    """The statement that runs, left to the server alone, is the analysed one."""
    for name, text in (("before", before.query.sql.text), ("after", after)):
        conn.pgconn.prepare(name.encode(), text.encode())
    first, second = (
        conn.pgconn.describe_prepared(name) for name in (b"before", b"after")
    )
    assert _oids(first) == _oids(second)
    conn.execute("DEALLOCATE before")
    conn.execute("DEALLOCATE after")


def _oids(result: psycopg.pq.abc.PGresult) -> tuple[list[int], list[int]]:
    return (
        [result.param_type(n) for n in range(result.nparams)],
        [result.ftype(n) for n in range(result.nfields)],
    )


def _check_seen(conn: Connection, text: str) -> None:
    """Each run's parameters had the described types, or one that the statement casts."""
    conn.pgconn.prepare(b"described", text.encode())
    result = conn.pgconn.describe_prepared(b"described")
    described = [result.param_type(n) for n in range(result.nparams)]
    runs = conn.execute(
        "SELECT parameter_types::oid[] FROM pg_prepared_statements"
        " WHERE statement = %s AND name <> 'described'",
        [text],
    ).fetchall()
    conn.execute("DEALLOCATE described")
    assert runs
    for (seen,) in runs:
        for number, (wanted, oid) in enumerate(zip(described, seen, strict=True), 1):
            places = re.findall(rf"\${number}\b(::)?", text)
            assert oid == wanted or all(places), f"${number}: {oid} is not {wanted}"


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
        m.T(3, ["t", "u"], NOON, None),
        m.T(4, [], None, m.Mood.SAD),
    ]
    assert q.add_back(connection, rows=[]) == []
    assert q.forget(connection, rows=[4, 99, 1]) == [4, 1]
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
            assert await aio.add_back(conn, rows=[row]) == [m.T(3, ["t"], NOON, None)]
            assert await aio.add_back(conn, rows=[]) == []
            assert await aio.forget(conn, rows=[3, 4]) == [3]
            rows = [q.CopyBinaryParams(n, NOON, []) for n in range(5)]
            assert await aio.copy_binary(conn, rows=rows) == 5

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
