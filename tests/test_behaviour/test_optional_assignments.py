"""Updates of which calls leave out assignments, executed on a real server."""

import asyncio
import inspect
from itertools import product
from typing import Any

import psycopg
import pytest

from sqlgen.model.row_styles import RowStyle
from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE TABLE t (
    id int PRIMARY KEY, name text NOT NULL, mail text, tags text[] NOT NULL DEFAULT '{}',
    x int, y int, changes int NOT NULL DEFAULT 0
);
INSERT INTO t VALUES (1, 'a', 'a@x', '{p}', 1, 2), (2, 'b', NULL, '{}', NULL, NULL);
"""

PATCH = """
-- name: patch :one
-- sqlgen: optional name, mail, tags
UPDATE t SET name = :name, mail = :mail, tags = :tags WHERE id = :id RETURNING *;

-- name: patch_if :optional
-- sqlgen: optional mail, name, below
UPDATE t AS u
SET mail = :mail, -- the address, :that
    /* name = 1, */ name = :name
-- nothing, WHERE true
WHERE u.id = :id AND u.x < :below
RETURNING u.id, u.name || '!' AS called, u.mail;

-- name: touch :execrows
-- sqlgen: optional name, mail
UPDATE t SET name = :name, changes = changes + 1, mail = lower(:mail) WHERE id = :id;

-- name: rename :execrows
-- sqlgen: optional name
UPDATE t SET name = :name WHERE id = :id;

-- name: forget :exec
-- sqlgen: optional mail
UPDATE t SET mail = :mail WHERE id = :id;

-- name: move :one
-- sqlgen: optional x, y, name
-- sqlgen: require one of x, name
UPDATE t SET (x, y) = (:x, :y), name = :name WHERE id = :id RETURNING x, y, name;

-- name: put :one
-- sqlgen: optional mail, x
INSERT INTO t (id, name, mail, x) VALUES (:id, :new_name, 'new', 7)
ON CONFLICT (id) DO UPDATE SET mail = :mail, name = excluded.name, x = :x RETURNING mail, name, x;

-- name: all_of :many
-- sqlgen: optional mail
UPDATE t SET mail = :mail RETURNING id, mail;

-- name: twelve :one
-- sqlgen: optional p1, p10
UPDATE t SET name = :p1, x = :p2, mail = :p10 WHERE id <> :p3 AND id <> :p4 AND id <> :p5 AND id <> :p6
    AND id <> :p7 AND id <> :p8 AND id = :p9 RETURNING name, x, mail;
"""


@pytest.mark.parametrize("style", RowStyle)
def test_assignments_are_left_out(
    build: Build, connection: Connection, style: RowStyle
) -> None:
    package = build(SCHEMA, PATCH, rows=style)
    q = package.sub("q")
    unset = package.module.UNSET
    before = q.patch(connection, id=1)
    assert (before.name, before.mail, before.tags) == ("a", "a@x", ["p"])
    assert q.patch(connection, id=1, mail=None).mail is None
    assert q.patch(connection, id=1, name=unset, mail="m", tags=["q"]).name == "a"
    after = q.patch(connection, id=1, name="n", tags=unset)
    assert (after.name, after.mail, after.tags) == ("n", "m", ["q"])
    with pytest.raises(psycopg.errors.NotNullViolation):
        q.patch(connection, id=1, name=None)
    with pytest.raises(psycopg.errors.NoDataFound):
        q.patch(connection, id=3)
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(q.patch).parameters.items()
    }
    assert defaults["name"] is defaults["mail"] is unset
    assert defaults["id"] is inspect.Parameter.empty


def test_each_combination_changes_what_it_is_given(
    build: Build, connection: Connection
) -> None:
    q = build(SCHEMA, PATCH).sub("q")
    columns = {"name": "n", "mail": None, "tags": ["z"]}
    for given in product([True, False], repeat=3):
        arguments = {
            name: value
            for (name, value), is_given in zip(columns.items(), given, strict=True)
            if is_given
        }
        with connection.transaction(force_rollback=True):
            row = q.patch(connection, id=1, **arguments)
            expected = {"name": "a", "mail": "a@x", "tags": ["p"]} | arguments
            assert {name: getattr(row, name) for name in columns} == expected


def test_conditions_and_assignments_are_left_out_together(
    build: Build, connection: Connection
) -> None:
    package = build(SCHEMA, PATCH)
    q = package.sub("q")
    row = q.patch_if(connection, id=1)
    assert (row.id, row.called, row.mail) == (1, "a!", "a@x")
    assert q.patch_if(connection, id=1, below=1) is None
    assert q.patch_if(connection, id=1, below=2) == row
    assert q.patch_if(connection, id=1, mail="m", below=0) is None
    assert q.patch_if(connection, id=1, mail="m", below=2).mail == "m"
    assert q.patch_if(connection, id=1, name="c").called == "c!"
    row = q.patch_if(connection, id=1, mail=None, name="d")
    assert (row.called, row.mail) == ("d!", None)
    for statement, values in (
        q.PATCH_IF_VARIANTS.given(package.module.UNSET, "n", 1, None),
        q.PATCH_IF_VARIANTS.given("m", package.module.UNSET, 1, None),
    ):
        assert "-- the address" not in statement
        assert len(values) == 2


def test_commands_that_return_no_rows(build: Build, connection: Connection) -> None:
    q = build(SCHEMA, PATCH).sub("q")
    assert q.touch(connection, id=1) == 1
    assert q.touch(connection, id=1, mail="M@X") == 1
    assert q.touch(connection, id=1, mail=None, name="n") == 1
    assert q.touch(connection, id=3, name="n") == 0
    row = connection.execute("SELECT name, mail, changes FROM t WHERE id = 1")
    assert row.fetchone() == ("n", None, 3)
    assert q.rename(connection, id=1) == 0
    assert q.rename(connection, id=1, name="z") == 1
    q.forget(connection, id=1)
    q.forget(connection, id=2, mail="kept")
    rows = connection.execute("SELECT name, mail FROM t ORDER BY id").fetchall()
    assert rows == [("z", None), ("b", "kept")]
    with connection.pipeline():
        assert q.rename(connection, id=1) == 0


def test_values_of_one_assignment_go_together(
    build: Build, connection: Connection
) -> None:
    q = build(SCHEMA, PATCH).sub("q")
    row = q.move(connection, id=1, x=5, y=None)
    assert (row.x, row.y, row.name) == (5, None, "a")
    row = q.move(connection, id=1, name="n")
    assert (row.x, row.y, row.name) == (5, None, "n")
    with pytest.raises(TypeError, match="give all or none of x, y"):
        q.move(connection, id=1, x=5)
    with pytest.raises(ValueError, match="give at least one of x, name"):
        q.move(connection, id=1)


def test_on_conflict_leaves_out_assignments(
    build: Build, connection: Connection
) -> None:
    q = build(SCHEMA, PATCH).sub("q")

    def put(**arguments: Any) -> tuple[Any, ...]:
        with connection.transaction(force_rollback=True):
            row = q.put(connection, id=1, new_name="n", **arguments)
            return row.mail, row.name, row.x

    assert put() == ("a@x", "n", 1)
    assert put(mail="m") == ("m", "n", 1)
    assert put(x=None) == ("a@x", "n", None)
    assert put(mail=None, x=3) == (None, "n", 3)


def test_all_rows_as_they_are(build: Build, connection: Connection) -> None:
    q = build(SCHEMA, PATCH).sub("q")
    assert sorted((r.id, r.mail) for r in q.all_of(connection)) == [
        (1, "a@x"),
        (2, None),
    ]
    assert {r.mail for r in q.all_of(connection, mail="m")} == {"m"}


def test_numbers_of_placeholders(build: Build, connection: Connection) -> None:
    q = build(SCHEMA, PATCH).sub("q")
    others = {f"p{n}": n for n in range(2, 9)} | {"p9": 1}

    def twelve(**arguments: Any) -> tuple[Any, ...]:
        with connection.transaction(force_rollback=True):
            row = q.twelve(connection, **others, **arguments)
            return row.name, row.x, row.mail

    assert twelve() == ("a", 2, "a@x")
    assert twelve(p1="n") == ("n", 2, "a@x")
    assert twelve(p10="m") == ("a", 2, "m")
    assert twelve(p1="n", p10=None) == ("n", 2, None)


def test_asyncio_leaves_out_assignments(build: Build, connection: Connection) -> None:
    package = build(SCHEMA, PATCH)
    q = package.sub("aio.q")

    async def run() -> None:
        async with await psycopg.AsyncConnection.connect(
            connection.info.dsn, password=connection.info.password, autocommit=True
        ) as conn:
            assert (await q.patch(conn, id=1)).mail == "a@x"
            assert (await q.patch(conn, id=1, mail=None)).mail is None
            assert await q.rename(conn, id=1) == 0
            assert await q.rename(conn, id=1, name=package.module.UNSET) == 0
            await q.forget(conn, id=1)

    asyncio.run(run())
