"""Rows within rows, of which the statement that runs selects the columns."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg.adapt import Loader

from sqlgen.model.row_styles import RowStyle
from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TYPE address AS (street text, zip int);
CREATE TABLE owners (
    id int PRIMARY KEY, name text NOT NULL, mood mood NOT NULL, home address, moods mood[] NOT NULL,
    born_on date, details jsonb
);
CREATE TABLE pets (id int PRIMARY KEY, owner_id int REFERENCES owners, name text NOT NULL);
INSERT INTO owners VALUES
    (1, 'Ann', 'happy', ('Elm, "x"', 7), '{sad,happy}', '2020-02-29', '{"a": 1}'),
    (2, 'Bob', 'sad', NULL, '{}', NULL, NULL);
INSERT INTO pets VALUES (1, 1, 'Rex'), (2, NULL, 'Tom'), (3, 2, 'Ida');
"""

QUERIES = """\
-- name: list_pets :many
SELECT o AS owner, p.name, p AS pet FROM pets AS p JOIN owners AS o ON o.id = p.owner_id ORDER BY name;

-- name: list_pets_optional :many
SELECT p.id, o AS owner FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id ORDER BY p.id;

-- name: get_owner :one
SELECT o FROM owners AS o WHERE id = :id;

-- name: find_pet :optional
SELECT p FROM pets AS p WHERE id = :id;

-- name: list_owners :many
SELECT o FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id ORDER BY p.id;

-- name: stream_owners :stream
SELECT o, o.id FROM owners AS o ORDER BY o.id;

-- name: add_pets :batch
INSERT INTO pets AS p (id, name) VALUES (:id, :name) RETURNING p;

-- name: list_names :many -> Owned
SELECT p.name, o AS owner FROM pets AS p JOIN owners AS o ON o.id = p.owner_id ORDER BY p.id;

-- name: list_names_optional :many -> OwnedOrNot
SELECT p.name, o AS owner FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id ORDER BY p.id;
"""


def _owners(models: Any) -> tuple[Any, Any]:
    home = models.Address('Elm, "x"', 7)
    moods = [models.Mood.SAD, models.Mood.HAPPY]
    day = date(2020, 2, 29)
    ann = models.Owners(1, "Ann", models.Mood.HAPPY, home, moods, day, {"a": 1})
    return ann, models.Owners(2, "Bob", models.Mood.SAD, None, [], None, None)


@pytest.mark.parametrize("style", RowStyle)
def test_rows_of_every_style_have_rows_within(
    build: Build, connection: Connection, style: RowStyle
) -> None:
    package = build(SCHEMA, QUERIES, style)
    q, models = package.sub("q"), package.sub("models")
    ann, bob = _owners(models)
    rows = q.list_pets(connection)
    assert [(row.owner, row.name, row.pet) for row in rows] == [
        (bob, "Ida", models.Pets(3, 2, "Ida")),
        (ann, "Rex", models.Pets(1, 1, "Rex")),
    ]
    optional = q.list_pets_optional(connection)
    assert [(row.id, row.owner) for row in optional] == [(1, ann), (2, None), (3, bob)]
    assert q.get_owner(connection, id=1) == ann
    assert q.find_pet(connection, id=2) == models.Pets(2, None, "Tom")
    assert q.find_pet(connection, id=9) is None
    assert q.list_owners(connection) == [ann, None, bob]
    streamed = [(row.o, row.id) for row in q.stream_owners(connection)]
    assert streamed == [(ann, 1), (bob, 2)]
    added = q.add_pets(
        connection, rows=[q.AddPetsParams(8, "x"), q.AddPetsParams(9, "y")]
    )
    assert added == [[models.Pets(8, None, "x")], [models.Pets(9, None, "y")]]
    assert [row.owner for row in q.list_names(connection)] == [ann, bob]
    names = [row.owner for row in q.list_names_optional(connection)][:3]
    assert names == [ann, None, bob]
    assert (
        "ROW(o.id"
        not in q.LIST_PETS + q.LIST_PETS_OPTIONAL + q.GET_OWNER + q.LIST_OWNERS
    )


def test_rows_within_rows_for_asyncio(build: Build, connection: Connection) -> None:
    package = build(SCHEMA, QUERIES)
    q, models = package.sub("aio.q"), package.sub("models")
    ann, bob = _owners(models)

    async def call() -> None:
        dsn = connection.info.dsn
        async with await psycopg.AsyncConnection.connect(dsn) as conn:
            rows = await q.list_pets_optional(conn)
            assert [row.owner for row in rows] == [ann, None, bob]
            assert await q.list_owners(conn) == [ann, None, bob]
            assert [row.o async for row in q.stream_owners(conn)] == [ann, bob]

    asyncio.run(call())


@dataclass(frozen=True)
class Wrapped:
    """A project's own type, which is called with what is usual."""

    value: Any


LONE = """\
-- name: list_owners :many
SELECT o FROM pets AS p LEFT JOIN owners AS o ON o.id = p.owner_id ORDER BY p.id;

-- name: list_pets :many
SELECT p.id, o AS owner FROM pets AS p JOIN owners AS o ON o.id = p.owner_id ORDER BY p.id;
"""
HERE = "tests.test_behaviour.test_nested_rows"


def test_a_type_of_ones_own_is_called_with_the_row(
    build: Build, connection: Connection
) -> None:
    overridden = LONE.replace("o AS owner", f'o AS "owner: {HERE}.Wrapped"')
    package = build(SCHEMA, overridden, types={"owners": f"{HERE}.Wrapped"})
    q = package.sub("q")
    ann, bob = map(Wrapped, _owners(package.sub("models")))
    assert q.list_owners(connection) == [ann, None, bob]
    assert [row.owner for row in q.list_pets(connection)] == [ann, bob]


@pytest.mark.parametrize("query", [True, False])
def test_a_row_that_is_to_be_text_is_its_text(
    build: Build, connection: Connection, query: bool
) -> None:
    queries = LONE.replace("SELECT o ", 'SELECT o AS "owner: str" ').replace(
        "o AS owner", 'o AS "owner: str"'
    )
    settings: dict[str, Any] = {} if query else {"types": {"owners": "str"}}
    q = build(SCHEMA, queries if query else LONE, **settings).sub("q")
    bob = "(2,Bob,sad,,{},,)"
    assert q.list_owners(connection)[1:] == [None, bob]
    assert [row.owner for row in q.list_pets(connection)][1:] == [bob]


def test_types_of_fields_are_those_of_the_class(
    build: Build, connection: Connection
) -> None:
    """Check the fields that psycopg reads from columns, but not of the configured type."""
    schema = """
    CREATE TABLE stays (id int PRIMARY KEY, day date NOT NULL, days daterange NOT NULL);
    INSERT INTO stays VALUES (1, '2020-02-29', '[2020-02-29,2020-03-01)');
    """
    query = "-- name: read :many\nSELECT s FROM stays AS s"
    package = build(schema, query, types={"date": f"{HERE}.Wrapped"})
    [row] = package.sub("q").read(connection)
    day = date(2020, 2, 29)
    assert row.day == Wrapped(day)
    assert row.days.lower == Wrapped(day)


def test_a_connections_own_loaders_are_used(
    build: Build, connection: Connection
) -> None:
    class Shouting(Loader):
        def load(self, data: Any) -> str:
            return bytes(data).decode().upper()

    class Days(Loader):
        def load(self, data: Any) -> str:
            return f"day {bytes(data).decode()}"

    q = build(SCHEMA, QUERIES).sub("q")
    connection.adapters.register_loader("text", Shouting)
    connection.adapters.register_loader("date", Days)
    owner = q.get_owner(connection, id=1)
    assert (owner.name, owner.born_on) == ("ANN", "day 2020-02-29")
    assert q.list_pets(connection)[1].owner == owner
