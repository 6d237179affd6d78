"""`check_schema` of a generated package, on databases that differ from that of the build."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE DOMAIN code AS varchar(9) CHECK (VALUE IN ('x', 'y''z'));
CREATE TABLE pets (
    id int PRIMARY KEY,
    name text NOT NULL,
    mood mood NOT NULL,
    size text NOT NULL CHECK (size IN ('small', 'large')),
    code code,
    "Odd ""name" bigint,
    unused date NOT NULL DEFAULT 'today'
);
CREATE TYPE app.spot AS (x int, y int);
CREATE TYPE address AS (street text, city varchar(9), spot app.spot);
CREATE DOMAIN home AS address;
CREATE TABLE homes (address address, homes home[]);
CREATE TABLE app.visits (
    pet_id int REFERENCES pets, day date NOT NULL, moods mood[] NOT NULL, UNIQUE (day, pet_id)
);
CREATE TABLE tags (name text, weight int, CONSTRAINT tags_key UNIQUE (name)) PARTITION BY LIST (name);
CREATE TABLE tags_rest PARTITION OF tags DEFAULT;
CREATE VIEW big_pets AS SELECT unused FROM pets WHERE unused < '2999-01-01';
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
"""
QUERIES = """
-- name: pet :optional
SELECT id, name, mood, size, code, "Odd ""name" AS odd FROM pets WHERE id = :id;

-- name: visits :many
SELECT pet_id, day FROM app.visits WHERE moods @> :moods;

-- name: add :exec
INSERT INTO pets (id, name, mood, size) VALUES (:id, :name, :mood, :size);

-- name: add_visit :exec
INSERT INTO app.visits (pet_id, day, moods) VALUES (:pet_id, :day, :moods)
ON CONFLICT (pet_id, day) DO NOTHING;

-- name: put_tag :exec
INSERT INTO tags (name) VALUES (:name) ON CONFLICT ON CONSTRAINT tags_key DO UPDATE SET name = excluded.name;

-- name: big :many
SELECT unused FROM big_pets;

-- name: clear :exec
DELETE FROM pets WHERE id = :id;

-- name: move :exec
INSERT INTO homes (homes) VALUES (:homes);

-- name: homes :many
SELECT address FROM homes;

-- name: count :one
SELECT count(*) AS n FROM pets;
"""
PET, ADD, MOVE = "q.pet", "q.add", "q.move"
USERS = "(used by q.add, q.pet)"


@pytest.fixture
def package(build: Build) -> Any:
    return build(SCHEMA, QUERIES).module


FITS = {
    "nothing": "SELECT 1",
    "a column that no query uses": "DROP VIEW big_pets; ALTER TABLE pets DROP COLUMN unused",
    "another name of a column that only a view reads": "ALTER TABLE pets RENAME unused TO used",
    "required columns with a default": "CREATE DOMAIN one AS int NOT NULL DEFAULT 1;"
    " ALTER TABLE pets ADD a int NOT NULL DEFAULT 1, ADD b int GENERATED ALWAYS AS IDENTITY,"
    " ADD c int NOT NULL GENERATED ALWAYS AS (id) STORED, ADD d one",
    "a required column that a trigger may fill": "ALTER TABLE pets ADD a int NOT NULL;"
    " CREATE TRIGGER t BEFORE INSERT ON pets FOR EACH ROW EXECUTE FUNCTION fill()",
    "a required column that the trigger of a partition may fill": "ALTER TABLE tags ADD a int NOT NULL;"
    " CREATE TRIGGER t BEFORE INSERT ON tags_rest FOR EACH ROW EXECUTE FUNCTION fill()",
    "a required column that a rule may fill": "ALTER TABLE pets ADD a int NOT NULL;"
    " CREATE RULE r AS ON INSERT TO pets DO INSTEAD NOTHING",
    "a required column of a table that no query fills": "CREATE TABLE more (id int NOT NULL)",
    "a view that may be filled": "ALTER TABLE tags RENAME TO all_tags; CREATE VIEW tags AS SELECT * FROM all_tags",
    "another index over the columns of ON CONFLICT": "ALTER TABLE app.visits DROP CONSTRAINT visits_day_pet_id_key;"
    " CREATE UNIQUE INDEX ON app.visits (pet_id, day) INCLUDE (moods)",
    "more unique columns": "ALTER TABLE app.visits ADD UNIQUE (pet_id)",
    "a new table and column": "CREATE TABLE t (id int); ALTER TABLE pets ADD COLUMN more text",
    "wider integers": "ALTER TABLE pets ALTER id TYPE bigint",
    "another length": "ALTER TABLE pets ALTER name TYPE varchar(9)",
    "NOT NULL where there was none": 'ALTER TABLE pets ALTER "Odd ""name" SET NOT NULL, ALTER "Odd ""name" SET DEFAULT 1',
    "another order": "ALTER TABLE app.visits RENAME TO old;"
    " CREATE TABLE app.visits AS SELECT moods, day, pet_id FROM app.old;"
    " ALTER TABLE app.visits ALTER day SET NOT NULL, ALTER moods SET NOT NULL, ADD UNIQUE (pet_id, day)",
    "another name of an enum and of a domain that are only read": "ALTER DOMAIN code RENAME TO kind; ALTER TABLE pets ALTER code TYPE kind",
    "another name of a constraint": "ALTER TABLE pets RENAME CONSTRAINT pets_size_check TO other",
    "a list of values within another condition": "ALTER TABLE pets"
    " DROP CONSTRAINT pets_size_check, ADD CHECK (size IN ('small', 'large') AND id > 0)",
    "one more CHECK": "ALTER TABLE pets ADD CHECK (size <> 'x' AND name = 'Rex')",
    "another order of what is only read": "DROP TABLE homes; DROP DOMAIN home; DROP TYPE address;"
    " CREATE TYPE address AS (street text, city text, spot app.spot); CREATE DOMAIN home AS address;"
    " CREATE TABLE homes (homes home[], address address)",
    "a table in another schema of the search path": "CREATE SCHEMA other;"
    " ALTER TABLE pets SET SCHEMA other; SET search_path = other, public",
}


@pytest.mark.parametrize("change", FITS.values(), ids=FITS)
def test_what_no_query_uses_may_differ(
    package: Any, connection: Connection, change: str
) -> None:
    connection.execute(change.encode())
    assert package.check_schema(connection) is None


MISMATCHES = {
    "ALTER TABLE pets DROP COLUMN name": f"pets.name is missing {USERS}",
    "DROP TABLE app.visits": "app.visits.day is missing (used by q.add_visit, q.visits)\n"
    "app.visits.moods is missing (used by q.add_visit, q.visits)\n"
    "app.visits.pet_id is missing (used by q.add_visit, q.visits)",
    "ALTER TABLE pets ADD a int NOT NULL, ADD b int NOT NULL": (
        "pets.a is required (left out by q.add)\npets.b is required (left out by q.add)"
    ),
    "ALTER TABLE pets ALTER id SET NOT NULL, ALTER unused DROP DEFAULT": (
        "pets.unused is required (left out by q.add)"
    ),
    "CREATE DOMAIN must AS int NOT NULL; ALTER TABLE pets ADD a must": (
        "pets.a is required (left out by q.add)"
    ),
    "ALTER TABLE tags ALTER weight SET NOT NULL": (
        "tags.weight is required (left out by q.put_tag)"
    ),
    "ALTER TABLE pets ADD a int NOT NULL;"
    " CREATE TRIGGER t AFTER INSERT ON pets FOR EACH ROW EXECUTE FUNCTION fill()": (
        "pets.a is required (left out by q.add)"
    ),
    "ALTER TABLE app.visits DROP CONSTRAINT visits_day_pet_id_key;"
    " CREATE UNIQUE INDEX ON app.visits (pet_id); CREATE UNIQUE INDEX ON app.visits (pet_id, day) WHERE true = false;"
    " CREATE UNIQUE INDEX ON app.visits (pet_id, day, moods); CREATE INDEX ON app.visits (pet_id, day);"
    " CREATE UNIQUE INDEX ON app.visits ((pet_id + 1), day);"
    " ALTER TABLE app.visits ADD UNIQUE (pet_id, day) DEFERRABLE": (
        "app.visits has no unique index on (day, pet_id) (needed by q.add_visit)"
    ),
    "ALTER TABLE tags RENAME CONSTRAINT tags_key TO other": (
        "tags has no constraint tags_key (needed by q.put_tag)"
    ),
    'ALTER TABLE pets RENAME "Odd ""name" TO odd': f'pets.Odd "name is missing (used by {PET})',
    "ALTER TABLE pets ALTER name DROP NOT NULL": f"pets.name may be NULL {USERS}",
    "ALTER TABLE pets ALTER name TYPE int USING 1": f"pets.name is integer, not text {USERS}",
    'ALTER TABLE pets ALTER "Odd ""name" TYPE int': (
        f'pets.Odd "name is integer, not bigint (used by {PET})'
    ),
    "ALTER TYPE mood ADD VALUE 'angry'": f"pets.mood may be 'angry' (read by {PET})",
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'it''s'": (
        f"pets.mood may be 'it's' (read by {PET})\n"
        "mood may not be 'sad' (written by q.add, q.add_visit, q.visits)"
    ),
    "ALTER TABLE pets DROP CONSTRAINT pets_size_check": (
        f"pets.size may be any value (read by {PET})"
    ),
    "ALTER TABLE pets DROP CONSTRAINT pets_size_check,"
    " ADD CHECK (size IN ('small', 'huge'))": (
        f"pets.size may be 'huge' (read by {PET})\n"
        f"pets.size may not be 'large' (written by {ADD})"
    ),
    "ALTER TABLE pets ADD CHECK (size = 'small')": (
        f"pets.size may not be 'large' (written by {ADD})"
    ),
    "ALTER TABLE pets DROP CONSTRAINT pets_size_check,"
    " ADD CHECK (size IN ('small', 'large')) NOT VALID": (
        f"pets.size may be any value (read by {PET})"
    ),
    "ALTER DOMAIN code DROP CONSTRAINT code_check": f"pets.code may be any value (read by {PET})",
    "ALTER DOMAIN code DROP CONSTRAINT code_check; ALTER DOMAIN code ADD CHECK (VALUE = 'x')": "",
    "ALTER TABLE pets ALTER mood TYPE text": f"pets.mood may be any value (read by {PET})",
    "ALTER TYPE app.spot DROP ATTRIBUTE x CASCADE; ALTER TYPE app.spot ADD ATTRIBUTE x int CASCADE": (
        f"app.spot has the fields y, x, not x, y in this order (written by {MOVE})"
    ),
    "ALTER TYPE address ADD ATTRIBUTE more int CASCADE": (
        "address has the fields street, city, spot, more, not street, city, spot in this order"
        f" (written by {MOVE})"
    ),
    "ALTER TYPE address RENAME ATTRIBUTE city TO town CASCADE": (
        "address.city is missing (used by q.homes, q.move)"
    ),
    "DROP TABLE homes; ALTER TYPE address ALTER ATTRIBUTE street TYPE int CASCADE": (
        "address.street is integer, not text (used by q.homes, q.move)\n"
        "homes.address is missing (used by q.homes)\nhomes.homes is missing (used by q.move)"
    ),
    "DROP TABLE homes; DROP DOMAIN home; DROP TYPE address": (
        "address.city is missing (used by q.homes, q.move)\naddress.spot is missing (used by"
        " q.homes, q.move)\naddress.street is missing (used by q.homes, q.move)\n"
        "homes.address is missing (used by q.homes)\nhomes.homes is missing (used by q.move)"
    ),
    "DROP TABLE app.visits, pets CASCADE; DROP TYPE mood": "mood is missing (used by q.add, q.add_visit, q.visits)",
}


@pytest.mark.parametrize(("change", "message"), MISMATCHES.items())
def test_each_mismatch_names_the_queries_that_it_is_about(
    package: Any, connection: Connection, change: str, message: str
) -> None:
    connection.execute(change.encode())
    if not message:
        package.check_schema(connection)
        return
    with pytest.raises(package.SchemaMismatch) as caught:
        package.check_schema(connection)
    assert str(caught.value).endswith(message)
    assert caught.value.problems == tuple(str(caught.value).split("\n"))


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def test_an_asynchronous_connection_is_awaited(
    package: Any, connection: Connection, loop: asyncio.AbstractEventLoop
) -> None:
    async def check() -> None:
        async with await psycopg.AsyncConnection.connect(connection.info.dsn) as conn:
            await package.check_schema(conn)
            connection.execute("ALTER TABLE pets DROP COLUMN name")
            with pytest.raises(package.SchemaMismatch, match=r"pets\.name is missing"):
                await package.check_schema(conn)

    loop.run_until_complete(check())


def test_one_statement_runs_and_is_not_prepared(
    package: Any, connection: Connection
) -> None:
    connection.execute("SET application_name = 'x'")
    connection.prepare_threshold = 0
    package.check_schema(connection)
    names = connection.execute(
        "SELECT statement FROM pg_prepared_statements"
    ).fetchall()
    assert not [name for (name,) in names if "plain_types" in name]


def test_it_can_be_left_out(build: Build) -> None:
    made = build(SCHEMA, QUERIES, schema_check=False)
    assert not hasattr(made.module, "check_schema")
