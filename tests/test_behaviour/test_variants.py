"""Queries of which calls leave out conditions, executed on a real server."""

import asyncio
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

import psycopg
import pytest

from sqlgen.model.commands import Cardinality
from sqlgen.model.row_styles import RowStyle
from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE TABLE t (id int PRIMARY KEY, a int, b text, c bool NOT NULL, tags text[] NOT NULL);
CREATE TABLE u (id int PRIMARY KEY, t_id int NOT NULL REFERENCES t, a int NOT NULL, b text);
INSERT INTO t SELECT n, nullif(n % 7, 3), nullif('x' || n % 3, 'x1'), n % 2 = 0, ARRAY['x' || n % 5]
FROM generate_series(1, 60) AS n;
INSERT INTO u SELECT n, 1 + n * 7 % 60, n % 5, nullif('x' || n % 4, 'x2') FROM generate_series(1, 90) AS n;
"""

LEAVES: list[tuple[str, list[str]]] = [
    ("{t}.a = {0}", ["int"]),
    ("{t}.a BETWEEN {0} AND {1}", ["int", "int"]),
    ("{t}.a NOT BETWEEN {0} AND 2", ["int"]),
    ("({t}.a > {0} OR {t}.b IS NULL)", ["int"]),
    ("({t}.a = {0} OR ({t}.b = {1} AND {t}.id > 3))", ["int", "text"]),
    ("{t}.b = {0}", ["text"]),
    ("NOT ({t}.b = {0} AND {t}.a > 2)", ["text"]),
    ("{t}.a = ANY ({0})", ["int[]"]),
    ("{t}.b IS NOT DISTINCT FROM {0}::text", ["text"]),
    ("{t}.b || ' AND ' <> {0}", ["text"]),
    ("{t}.b <> $$ AND $$ || /* AND */ {0}", ["text"]),
    ("{0} IN (SELECT x.a FROM u AS x WHERE x.id > 3 AND x.t_id = {t}.id)", ["int"]),
    ("CASE WHEN {t}.a > 3 AND {t}.c THEN 1 ELSE 2 END = {0}", ["int"]),
    ("({t}.a, {t}.id) > ({0}, 3)", ["int"]),
]
FIXED = ["t.id > 5", "t.c", "(t.a IS NULL OR t.a < 6)", "t.b LIKE 'x%'", "NOT t.c"]
VALUES: dict[str, list[Any]] = {
    "int": [0, 1, 2, 5],
    "text": ["x0", "x2", "y"],
    "int[]": [[], [1, 2], [0, 5, 6]],
}


@dataclass
class Part:
    """A condition as it is written, its twin that is always there, and its parameters' types."""

    text: str
    twin: str
    types: dict[str, str]


@dataclass
class Tree:
    """Makes random conditions; `parts` are those that may be left out."""

    random: Random
    names: Iterator[int] = field(default_factory=count)
    parts: list[Part] = field(default_factory=list)

    def leaf(self, table: str) -> tuple[str, str]:
        text, types = self.random.choice(LEAVES)
        if table == "u" and ("u AS x" in text or ".c" in text):
            text, types = LEAVES[0]
        by_name = {f"p{next(self.names)}": type_ for type_ in types}
        first, type_ = next(iter(by_name.items()))
        written = text.format(*[f":{name}" for name in by_name], t=table)
        marked = text.format(*[f":{name}? " for name in by_name], t=table)
        # The cast on the first use gives the type.
        twin = f"(:{first}::{type_} IS NULL OR {marked})"
        self.parts.append(Part(written, twin, by_name))
        return written, twin

    def conjunction(self, depth: int = 0) -> tuple[str, str]:
        items: list[tuple[str, str]] = []
        for _ in range(self.random.randint(1, 3)):
            kind = self.random.random()
            if kind < 0.25:
                fixed = self.random.choice(FIXED)
                items.append((fixed, fixed))
            elif kind < 0.4 and depth < 2:
                inner, twin = self.conjunction(depth + 1)
                items.append((f"({inner})", f"({twin})"))
            elif kind < 0.55 and depth < 2:
                negation = self.random.choice(["", "NOT "])
                inner, twin = self.leaf("u")
                start = f"{negation}EXISTS (SELECT FROM u WHERE u.t_id = t.id AND "
                items.append((f"{start}{inner})", f"{start}{twin})"))
            else:
                items.append(self.leaf("t"))
        glue = self.random.choice([" AND ", "\n  and ", " -- AND\n AND "])
        return glue.join(x for x, _ in items), glue.join(x for _, x in items)


def values_of(random_: Random, part: Part) -> dict[str, Any]:
    return {name: random_.choice(VALUES[type_]) for name, type_ in part.types.items()}


@pytest.mark.parametrize("seed", range(3))
def test_rows_are_those_of_conditions_that_test_for_null(
    build: Build, connection: Connection, seed: int
) -> None:
    random_ = Random(seed)
    queries: list[str] = []
    trees: list[Tree] = []
    while len(trees) < 25:
        tree = Tree(random_)
        text, twin = tree.conjunction()
        if not tree.parts:
            continue
        names = ", ".join(name for part in tree.parts for name in part.types)
        number = len(trees)
        queries.append(
            f"-- name: q{number} :many\n-- sqlgen: optional {names}\n"
            f"SELECT t.id, t.b FROM t WHERE {text} ORDER BY t.id;\n"
            f"-- name: twin{number} :many -> Q{number}Row\n"
            f"SELECT t.id, t.b FROM t WHERE {twin} ORDER BY t.id;\n"
        )
        trees.append(tree)
    q = build(SCHEMA, "\n".join(queries)).sub("q")
    compared = 0
    for number, tree in enumerate(trees):
        vary, twin_function = getattr(q, f"q{number}"), getattr(q, f"twin{number}")
        for _ in range(12):
            arguments: dict[str, Any] = {}
            for part in tree.parts:
                if random_.random() < 0.5:
                    arguments |= values_of(random_, part)
            absent = {
                name: None
                for part in tree.parts
                for name in part.types
                if name not in arguments
            }
            expected = twin_function(connection, **arguments, **absent)
            rows = vary(connection, **arguments)
            assert [(r.id, r.b) for r in rows] == [(r.id, r.b) for r in expected]
            compared += bool(rows)
    assert compared > 50


SHAPES = [
    "SELECT t.a AS x, t.b AS y FROM t WHERE {0}",
    "SELECT t.a AS x, u.b AS y FROM u JOIN t ON t.id = u.t_id AND {0} WHERE {1}",
    "SELECT t.a AS x, t.c AS y FROM u LEFT JOIN t ON t.id = u.t_id WHERE {0}",
    "SELECT t.b AS x, s.a AS y FROM t LEFT JOIN (SELECT t.* FROM t WHERE {0}) AS s ON s.id = t.id WHERE {1}",
    "SELECT s.c AS x, u.b AS y FROM u LEFT JOIN (SELECT t.* FROM t WHERE {0}) AS s ON s.id = u.t_id",
    "SELECT count(*) AS x, max(t.id) AS y FROM t WHERE {0}",
    "SELECT t.c AS x, min(t.a) AS y FROM t WHERE {0} GROUP BY t.c HAVING count(*) > 1 AND {2}",
    "SELECT max(t.id) AS x, count(*) AS y FROM t HAVING {2}",
    "SELECT (SELECT t.c FROM t WHERE t.id = u.t_id AND {0}) AS x, u.b AS y FROM u",
    "SELECT t.a AS x, t.b AS y FROM t WHERE t.id = 8 AND {0}",
    "SELECT t.b AS x, t.a AS y FROM t WHERE t.a IS NOT NULL AND {0}",
]


@pytest.mark.parametrize("seed", range(3))
def test_verdicts_hold_for_each_statement(
    build: Build, connection: Connection, seed: int
) -> None:
    random_ = Random(seed)
    queries: list[str] = []
    trees: list[Tree] = []
    while len(trees) < 33:
        tree = Tree(random_)
        shape = SHAPES[len(trees) % len(SHAPES)]
        conditions = [
            tree.conjunction()[0] if f"{{{n}}}" in shape else "" for n in (0, 1)
        ]
        having = f":p{next(tree.names)}"
        if "{2}" in shape:
            tree.parts.append(Part("", "", {having[1:]: "int"}))
        text = shape.format(*conditions, f"count(*) > {having}")
        if not tree.parts:
            continue
        names = ", ".join(name for part in tree.parts for name in part.types)
        queries.append(
            f"-- name: q{len(trees)} :many\n-- sqlgen: optional {names}\n{text};\n"
        )
        trees.append(tree)
    package = build(SCHEMA, "\n".join(queries))
    q = package.sub("q")
    seen = 0
    for number, tree in enumerate(trees):
        typed = package.typed[f"q{number}"]
        for _ in range(12):
            arguments: dict[str, Any] = {}
            for part in tree.parts:
                if random_.random() < 0.5:
                    arguments |= values_of(random_, part)
            rows = getattr(q, f"q{number}")(connection, **arguments)
            for row in rows:
                for name, column in zip("xy", typed.columns, strict=True):
                    assert column.nullable or getattr(row, name) is not None, column
            if typed.cardinality == Cardinality.EXACTLY_ONE:
                assert len(rows) == 1
            elif typed.cardinality == Cardinality.AT_MOST_ONE:
                assert len(rows) <= 1
            seen += len(rows)
    assert seen > 500


SEARCH = """
-- name: search :many
-- sqlgen: optional lo, hi, b, tags
-- sqlgen: require one of b, lo
SELECT id, a FROM t WHERE id > :after AND a BETWEEN :lo AND :hi AND b IS NOT DISTINCT FROM :b
    AND tags && :tags ORDER BY id;

-- name: get :optional
-- sqlgen: optional a
SELECT id FROM t WHERE id = :id AND a = :a;

-- name: remove :execrows
-- sqlgen: optional a
DELETE FROM u WHERE id < :below AND a = :a;

-- name: remove_all :exec
-- sqlgen: optional a
DELETE FROM u WHERE a = :a;

-- name: each :stream
-- sqlgen: optional a
SELECT id FROM t WHERE a = :a AND id < 20 ORDER BY id;

-- name: twelve :one
-- sqlgen: optional p1, p12
SELECT count(*) FROM t WHERE a = :p1 AND id <> :p2 AND id <> :p3 AND id <> :p4 AND id <> :p5 AND id <> :p6
    AND id <> :p7 AND id <> :p8 AND id <> :p9 AND id <> :p10 AND id <> :p11 AND a = :p12;
"""


@pytest.mark.parametrize("style", RowStyle)
def test_conditions_are_left_out(
    build: Build, connection: Connection, style: RowStyle
) -> None:
    q = build(SCHEMA, SEARCH, rows=style).sub("q")

    def ids(**arguments: Any) -> list[int]:
        return [row.id for row in q.search(connection, after=50, **arguments)]

    assert ids(b="x0") == [51, 54, 57, 60]
    assert ids(lo=0, hi=1) == [56, 57]
    assert ids(lo=0, hi=1, b="x0") == [57]
    assert ids(lo=0, hi=1, tags=["x1"]) == [56]
    # None is a value where the condition takes it as one.
    assert ids(b=None) == [52, 55, 58]
    assert ids(b=q.UNSET, lo=0, hi=1) == [56, 57]
    with pytest.raises(TypeError, match="give all or none of lo, hi"):
        ids(lo=1)
    with pytest.raises(TypeError, match="give all or none of lo, hi"):
        ids(b="x0", hi=1)
    with pytest.raises(ValueError, match="give at least one of b, lo"):
        ids(tags=["x1"])
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(q.search).parameters.items()
    }
    assert defaults["lo"] is None
    assert defaults["b"] is q.UNSET
    assert defaults["after"] is inspect.Parameter.empty


def test_all_commands_leave_out_conditions(
    build: Build, connection: Connection
) -> None:
    q = build(SCHEMA, SEARCH).sub("q")
    assert q.get(connection, id=5) == 5
    assert q.get(connection, id=5, a=0) is None
    with connection.transaction():
        assert len(list(q.each(connection))) == 19
        assert list(q.each(connection, a=1)) == [1, 8, 15]
    ones = {f"p{n}": n for n in range(2, 12)}
    assert q.twelve(connection, **ones) == 50
    assert q.twelve(connection, **ones, p1=1) == 8
    assert q.twelve(connection, **ones, p12=1) == 8
    assert q.twelve(connection, **ones, p1=1, p12=2) == 0
    assert q.remove(connection, below=10, a=1) == 2
    assert q.remove(connection, below=10) == 7
    q.remove_all(connection)
    assert connection.execute("SELECT count(*) FROM u").fetchone() == (0,)


def test_asyncio_leaves_out_conditions(build: Build, connection: Connection) -> None:
    q = build(SCHEMA, SEARCH).sub("aio.q")

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(
            connection.info.dsn, password=connection.info.password, autocommit=True
        ) as conn:
            assert await q.get(conn, id=5) == 5
            assert await q.get(conn, id=5, a=0) is None
            rows = await q.search(conn, after=50, lo=0, hi=1, b="x0")
            assert [row.id for row in rows] == [57]
            with pytest.raises(TypeError, match="give all or none"):
                await q.search(conn, after=50, lo=0)

    asyncio.run(run())


def test_each_statement_is_made_once_and_prepared(
    build: Build, connection: Connection
) -> None:
    q = build(SCHEMA, SEARCH).sub("q")
    first, _ = q.GET_VARIANTS.given(1, None)
    again, values = q.GET_VARIANTS.given(2, None)
    assert first is again
    assert values == (2,)
    for _ in range(8):
        q.get(connection, id=1)
    prepared = connection.execute("SELECT statement FROM pg_prepared_statements")
    assert (first,) in prepared.fetchall()


def test_a_variant_can_use_an_index_in_a_generic_plan(
    build: Build, connection: Connection
) -> None:
    q = build(
        SCHEMA + "CREATE INDEX t_a ON t (a);",
        "-- name: find :many\n-- sqlgen: optional a, b\nSELECT id FROM t WHERE a = :a AND b = :b;",
    ).sub("q")
    statement, _ = q.FIND_VARIANTS.given(1, None)
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.execute("SET enable_seqscan = off")
    connection.execute(f"PREPARE found (int) AS {statement}")
    plan = connection.execute("EXPLAIN EXECUTE found (1)").fetchall()
    assert any("t_a" in line for (line,) in plan)


def test_conditions_are_found_where_they_stand(
    build: Build, connection: Connection
) -> None:
    """Neither in strings, names and longer placeholders, nor only with white space around them."""
    q = build(
        SCHEMA
        + """CREATE VIEW w AS SELECT id, a AS "$2", a AS "x $", a AS c$2 FROM t;""",
        """
        -- name: find :many
        -- sqlgen: optional a, b, c
        SELECT id, "$2" AS d, c$2, '"$2 = a' AS text FROM w WHERE(id < :below)AND(:a ="$2")AND"x $"=:b
            AND'x'||id = :c;
        """,
    ).sub("q")
    every = {n: None if n % 7 == 3 else n % 7 for n in range(1, 9)}

    def rows(**arguments: Any) -> dict[int, int | None]:
        found = q.find(connection, below=9, **arguments)
        assert all((r.d, r.text) == (r.c_2, '"$2 = a') for r in found)
        return {r.id: r.d for r in found}

    assert rows() == every
    assert rows(a=1) == rows(b=1) == rows(a=1, b=1) == {1: 1, 8: 1}
    assert rows(c="x4") == rows(a=4, c="x4") == {4: 4}
    assert rows(a=1, c="x4") == {}


def test_lists_of_one_condition_are_equally_long(
    build: Build, connection: Connection
) -> None:
    q = build(
        SCHEMA,
        "-- name: find :many\n-- sqlgen: optional xs, ys\nSELECT id FROM t WHERE id < 9 AND"
        " (a, b) IN (SELECT * FROM unnest(:xs::int[], :ys::text[])) ORDER BY id;",
    ).sub("q")
    assert q.find(connection) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert q.find(connection, xs=[2, 5], ys=["x2", "x2"]) == [2, 5]
    with pytest.raises(ValueError, match="equally long"):
        q.find(connection, xs=[2, 5], ys=["x2"])
