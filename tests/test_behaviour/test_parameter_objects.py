"""Functions whose parameters come in one object, run on a real server."""

import asyncio
import dataclasses
import inspect
from typing import Any

import psycopg
import pytest

from sqlgen.model.config import ParameterStyle
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.row_styles import RowStyle
from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, note text DEFAULT 'none', tags text[] NOT NULL DEFAULT '{}');
"""
QUERIES = """
-- name: add(New) :one -> T
INSERT INTO t (id, name, note) VALUES (:id, :name, :note) RETURNING *;

-- name: put(New) :execrows
UPDATE t SET note = :note, name = :name WHERE id = :id;

-- name: add_all(New) :batch
INSERT INTO t (name, id, note) VALUES (upper(:name), :id, :note) RETURNING name;

-- name: copy_all(New) :copy
INSERT INTO t (note, id, name) VALUES (:note, :id, :name);

-- name: remove_all(Key) :batch
DELETE FROM t WHERE id = :id;

-- name: copy_ids(Name) :copy
INSERT INTO t (id, name) VALUES (:id, :name);

-- name: search :many
-- sqlgen: optional low, high, note
-- sqlgen: require one of low, note
SELECT id FROM t WHERE id BETWEEN :low AND :high AND note IS NOT DISTINCT FROM :note ORDER BY id;

-- name: change :one -> T
-- sqlgen: optional name, note
UPDATE t SET name = :name, note = :note WHERE id = :id RETURNING *;

-- name: filter_names :many
SELECT id FROM t WHERE (:name::text IS NULL OR name = :name) AND id > :above ORDER BY id;

-- name: import_lists :execrows
INSERT INTO t (id, name) SELECT * FROM unnest(:ids::int[], :names::text[]);

-- name: stream :stream
SELECT id FROM t WHERE id > :cursor AND id < :row;

-- name: get_name :one
SELECT name FROM t WHERE id = :id;
"""


@pytest.fixture(params=list(RowStyle), ids=str)
def made(build: Build, request: pytest.FixtureRequest) -> Any:
    return build(SCHEMA, QUERIES, request.param, parameters=ParameterStyle.OBJECT)


def test_one_class_for_several_queries(made: Any, connection: Connection) -> None:
    q, models = made.sub("q"), made.sub("models")
    new = models.New(id=1, name="a", note=None)
    assert q.add(connection, new).note is None
    assert q.put(connection, params=models.New(id=1, name="b", note="x")) == 1
    assert q.get_name(connection, id=1) == "b"
    more = [models.New(id=n, name="c", note=None) for n in (2, 3)]
    assert q.add_all(connection, rows=more) == [["C"], ["C"]]
    more = [models.New(id=n, name="d", note="y") for n in (4, 5)]
    assert q.copy_all(connection, rows=iter(more)) == 2
    assert q.copy_ids(connection, rows=[models.Name(id=6, name="e")]) == 1
    assert q.remove_all(connection, rows=[models.Key(id=n) for n in (2, 4, 9)]) == 2
    rows = connection.execute("SELECT id, name, note FROM t ORDER BY id").fetchall()
    assert rows == [(1, "b", "x"), (3, "C", None), (5, "d", "y"), (6, "e", "none")]


def test_what_a_call_need_not_give(made: Any, connection: Connection) -> None:
    q = made.sub("q")
    ids, names = [1, 2, 3], ["a", "b", "c"]
    assert q.import_lists(connection, q.ImportListsParams(ids=ids, names=names)) == 3
    search = q.SearchParams
    assert q.search(connection, search(low=2, high=3)) == [2, 3]
    assert q.search(connection, search(note="none")) == [1, 2, 3]
    assert q.search(connection, search(note=None)) == []
    with pytest.raises(TypeError, match="all or none of low, high"):
        q.search(connection, search(low=2))
    with pytest.raises(ValueError, match="at least one of low, note"):
        q.search(connection, search())
    changed = q.change(connection, q.ChangeParams(id=2, note=None))
    assert (changed.name, changed.note) == ("b", None)
    assert q.change(connection, q.ChangeParams(id=2)).name == "b"
    assert q.filter_names(connection, q.FilterNamesParams(above=1)) == [2, 3]
    assert list(q.stream(connection, q.StreamParams(cursor=0, row=3))) == [1, 2]
    with pytest.raises(ValueError, match="ids"):
        q.import_lists(connection, q.ImportListsParams(ids=[7], names=names))


def test_the_functions_for_asyncio(made: Any, connection: Connection) -> None:
    q, models = made.sub("aio.q"), made.sub("models")
    assert list(inspect.signature(q.add).parameters) == ["conn", "params"]

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(
            connection.info.dsn, password=connection.info.password, autocommit=True
        ) as conn:
            await q.add(conn, models.New(id=1, name="a", note=None))
            rows = [models.New(id=2, name="b", note=None)]
            assert await q.copy_all(conn, rows=rows) == 1
            search = made.sub("q").SearchParams(low=1, high=2)
            assert await q.search(conn, search) == [1, 2]

    asyncio.run(run())


def test_objects_cannot_be_changed_and_take_no_other_names(made: Any) -> None:
    new_class: Any = made.sub("models").New
    new = new_class(id=1, name="a", note=None)
    assert dataclasses.replace(new, name="b").name == "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        new.name = "b"
    with pytest.raises(TypeError):
        new_class(1, "a", None)
    with pytest.raises(TypeError):
        new_class(id=1, name="a", note=None, nmae="b")
    assert not hasattr(new, "__dict__")


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_from_how_many_on(build: Build, limit: int) -> None:
    queries = "".join(
        f"-- name: q{n} :one\nSELECT {', '.join(f':p{i}::int AS a{i}' for i in range(n))};\n"
        for n in range(1, 4)
    )
    made = build(
        "", queries, parameters=ParameterStyle.OBJECT, parameter_limit=limit
    ).sub("q")
    for n in range(1, 4):
        names = list(inspect.signature(getattr(made, f"q{n}")).parameters)
        own = ["params"] if n > limit else [f"p{i}" for i in range(n)]
        assert names == ["conn", *own]


def test_a_class_that_a_type_of_the_database_has(build: Build) -> None:
    schema = "CREATE TYPE kind AS ENUM ('a', 'b'); CREATE TABLE u (id int, kind kind);"
    with pytest.raises(SqlgenError, match="is that of a type of the database"):
        build(schema, "-- name: q(Kind) :many\nSELECT id FROM u WHERE kind = :kind")
