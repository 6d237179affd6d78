"""Errors about constraints, as functions raise them, for each kind of constraint and of command."""

import asyncio
import pickle
import traceback
from typing import Any

import psycopg
import pytest
from psycopg import errors

from sqlgen.render.runtime import constraint_errors
from tests.test_behaviour.packages import Build, Connection

SCHEMA = """
CREATE DOMAIN code AS text CONSTRAINT code_form CHECK (VALUE ~ '^[a-z]+$');
CREATE DOMAIN short_code AS code;
CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL, code short_code);
CREATE UNIQUE INDEX teams_name ON teams (lower(name));
CREATE TABLE players (
    id int PRIMARY KEY,
    team_id int CONSTRAINT team REFERENCES teams ON DELETE RESTRICT,
    age int CONSTRAINT age_is_positive CHECK (age > 0),
    during int4range,
    CONSTRAINT one_at_a_time EXCLUDE USING gist (during WITH &&)
);
CREATE TABLE games (day int, seat int, CONSTRAINT games_key PRIMARY KEY (day, seat)) PARTITION BY RANGE (day);
CREATE TABLE games_1 PARTITION OF games FOR VALUES FROM (0) TO (10);
CREATE TABLE games_2 PARTITION OF games FOR VALUES FROM (10) TO (20);
INSERT INTO teams VALUES (1, 'One', 'one');
INSERT INTO players VALUES (1, 1, 20, '[1,5)');
INSERT INTO games VALUES (15, 1);
"""

QUERIES = """
-- name: add_team :exec
INSERT INTO teams (id, name, code) VALUES (:id, :name, :code);
-- name: name_team :execrows
UPDATE teams SET name = (SELECT t.name FROM teams AS t WHERE t.id = :other) WHERE id = 1;
-- name: drop_team :execrows
DELETE FROM teams WHERE id = :id;
-- name: add_player :one
INSERT INTO players (id, team_id, age, during) VALUES (:id, :team_id, :age, :during::text::int4range) RETURNING id;
-- name: add_game :optional
INSERT INTO games (day, seat) VALUES (:day, 1) RETURNING day;
-- name: add_games :batch
INSERT INTO games (day, seat) VALUES (:day, 1);
-- name: add_games_back :batch
INSERT INTO games (day, seat) VALUES (:day, 1) RETURNING day;
-- name: copy_games :copy
INSERT INTO games (day, seat) VALUES (:day, 1 + :more);
-- name: copy_teams :copy
INSERT INTO teams (id, name) VALUES (:id, :name);
-- name: list_added :many
INSERT INTO teams (id, name) SELECT id, 'x' FROM players RETURNING id;
""".replace(", 1 + :more", ", :seat")

PLAYER: dict[str, Any] = {"id": 2, "team_id": 1, "age": 30, "during": "[6,7)"}

CALLS: dict[str, tuple[str, dict[str, Any], str, type[psycopg.Error]]] = {
    "primary key": (
        "add_team",
        {"id": 1, "name": "Two", "code": None},
        "TeamsPkey",
        errors.UniqueViolation,
    ),
    "unique index": (
        "add_team",
        {"id": 2, "name": "ONE", "code": None},
        "TeamsName",
        errors.UniqueViolation,
    ),
    "domain": (
        "add_team",
        {"id": 2, "name": "Two", "code": "2"},
        "CodeForm",
        errors.CheckViolation,
    ),
    "not null": (
        "name_team",
        {"other": 9},
        "TeamsNameNotNull",
        errors.NotNullViolation,
    ),
    "foreign key": (
        "add_player",
        {**PLAYER, "team_id": 9},
        "Team",
        errors.ForeignKeyViolation,
    ),
    "restrict": ("drop_team", {"id": 1}, "Team", errors.ForeignKeyViolation),
    "check": (
        "add_player",
        {**PLAYER, "age": 0},
        "AgeIsPositive",
        errors.CheckViolation,
    ),
    "exclusion": (
        "add_player",
        {**PLAYER, "during": "[2,3)"},
        "OneAtATime",
        errors.ExclusionViolation,
    ),
    "partition": ("add_game", {"day": 15}, "GamesKey", errors.UniqueViolation),
    "batch": ("add_games", {"rows": [3, 15]}, "GamesKey", errors.UniqueViolation),
    "batch of rows": (
        "add_games_back",
        {"rows": [3, 15]},
        "GamesKey",
        errors.UniqueViolation,
    ),
    "copy": ("copy_teams", {"rows": [(1, "Two")]}, "TeamsPkey", errors.UniqueViolation),
    "many": ("list_added", {}, "TeamsPkey", errors.UniqueViolation),
}


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("case", CALLS)
def test_functions_raise_the_class_of_the_constraint(
    build: Build, connection: Connection, case: str, is_async: bool
) -> None:
    package = build(SCHEMA, QUERIES)
    q = package.sub("aio.q" if is_async else "q")
    name, arguments, class_, base = CALLS[case]
    if case == "copy":
        arguments = (
            {"rows": [q.CopyTeamsParams(1, "Two")]}
            if not is_async
            else {"rows": [package.sub("q").CopyTeamsParams(1, "Two")]}
        )

    async def call() -> None:
        async with await psycopg.AsyncConnection.connect(
            connection.info.dsn, autocommit=True
        ) as conn:
            await getattr(q, name)(conn, **arguments)

    def run() -> None:
        if is_async:
            asyncio.run(call())
        else:
            getattr(q, name)(connection, **arguments)

    with pytest.raises(base) as caught:
        run()
    error = caught.value
    expected = getattr(package.sub("errors"), class_)
    assert type(error) is expected
    assert expected in getattr(q, f"{name.upper()}_ERRORS")
    assert error.sqlstate == error.diag.sqlstate
    copied = pickle.loads(pickle.dumps(error))
    assert type(copied) is expected
    assert copied.diag.message_primary == error.diag.message_primary
    assert copied.sqlstate == error.sqlstate
    frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert frames[-1] not in ("set_error_class", name), "it was raised by psycopg"


def test_other_errors_stay_as_they_are(build: Build, connection: Connection) -> None:
    package = build(SCHEMA, QUERIES)
    q = package.sub("q")
    connection.execute("ALTER TABLE teams ADD CONSTRAINT later CHECK (id < 5)")
    with pytest.raises(errors.CheckViolation) as caught:
        q.add_team(connection, id=7, name="Seven", code=None)
    assert type(caught.value) is errors.CheckViolation
    with pytest.raises(errors.CheckViolation) as caught:
        q.add_game(connection, day=99)  # no partition takes it
    assert type(caught.value) is errors.CheckViolation


def test_what_is_deferred_is_said_in_the_docstring(
    build: Build, connection: Connection
) -> None:
    q = build(
        "CREATE TABLE a (id int, CONSTRAINT later UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)",
        "-- name: add :exec\nINSERT INTO a VALUES (:id);",
    ).sub("q")
    assert q.add.__doc__ == "Only COMMIT checks `later`."
    assert not hasattr(q, "ADD_ERRORS")

    def add_twice() -> None:
        with connection.transaction():
            q.add(connection, id=1)
            q.add(connection, id=1)

    with pytest.raises(errors.UniqueViolation):
        add_twice()


def test_classes_of_one_name_are_told_apart(
    build: Build, connection: Connection
) -> None:
    """Call constraints of two tables, which have one name."""
    package = build(
        "CREATE TABLE a (id int CONSTRAINT small CHECK (id < 3));"
        "CREATE TABLE b (id int CONSTRAINT small CHECK (id < 3));",
        "-- name: add :exec\nWITH one AS (INSERT INTO a VALUES (:a)) INSERT INTO b VALUES (:b);",
    )
    q, made = package.sub("q"), package.sub("errors")
    with pytest.raises(made.ASmall):
        q.add(connection, a=5, b=1)
    with pytest.raises(made.BSmall):
        q.add(connection, a=1, b=5)


CHECK_OPTIONS = """
CREATE TABLE notes (id int PRIMARY KEY, owner text, shown bool);
CREATE VIEW shown AS SELECT * FROM notes WHERE shown WITH CHECK OPTION;
CREATE VIEW "my ""own"" notes" AS SELECT * FROM shown WHERE owner = 'me' WITH LOCAL CHECK OPTION;
"""


def test_check_options_of_views_have_a_class(
    build: Build, connection: Connection
) -> None:
    package = build(
        CHECK_OPTIONS,
        "-- name: add :exec\n"
        'INSERT INTO "my ""own"" notes" (id, owner, shown) VALUES (:id, :owner, :shown);\n'
        "-- name: show :exec\nUPDATE shown SET shown = :shown;",
    )
    q, made = package.sub("q"), package.sub("errors")
    assert set(q.ADD_ERRORS) == {
        made.NotesPkey,
        made.MyOwnNotesCheckOption,
        made.ShownCheckOption,
    }
    with pytest.raises(errors.WithCheckOptionViolation) as caught:
        q.add(connection, id=1, owner="you", shown=True)
    assert type(caught.value) is made.MyOwnNotesCheckOption
    with pytest.raises(made.ShownCheckOption):
        q.add(connection, id=1, owner="me", shown=False)
    q.add(connection, id=1, owner="me", shown=True)
    with pytest.raises(made.NotesPkey):
        q.add(connection, id=1, owner="me", shown=True)
    assert (made.ShownCheckOption,) == q.SHOW_ERRORS
    with pytest.raises(made.ShownCheckOption):
        q.show(connection, shown=False)


MESSAGES = [
    'new row violates check option for view "%s"',
    "neue Zeile verletzt Check-Option für Sicht »%s«",
    "el nuevo registro para la vista «%s» viola la opción check",
    "la nouvelle ligne viole la contrainte de vérification pour la vue «\u00a0%s\u00a0»",
    '新しい行はビュー"%s"のチェックオプションに違反しています',
    '새 자료가 "%s" 뷰의 체크 제약 조건을 위반했습니다',
]
"""The message in languages of PostgreSQL's that differ in their quotes and in where the name is."""


@pytest.mark.parametrize("name", ["shown", 'my "own" notes', "ansichten »neu«", "a b"])
@pytest.mark.parametrize("message", MESSAGES)
def test_the_view_of_a_message_in_another_language(message: str, name: str) -> None:
    assert constraint_errors.quoted_view(message % name) == name


NAMESAKES = """
CREATE SCHEMA history;
CREATE DOMAIN code AS int CONSTRAINT small CHECK (VALUE < 9);
CREATE DOMAIN history.code AS int CONSTRAINT small CHECK (VALUE < 5);
CREATE TABLE orders (id int PRIMARY KEY, note text NOT NULL, code code, total int CONSTRAINT big CHECK (total > 0));
CREATE TABLE history.orders (id int PRIMARY KEY, note text NOT NULL, code history.code);
"""

ADD_TWO = """-- name: add :exec
WITH old AS (INSERT INTO history.orders VALUES (:old_id, :old_note?, :old_code))
INSERT INTO orders VALUES (:id, :note?, :code, :total);
"""


@pytest.mark.parametrize(
    ("arguments", "class_"),
    [
        ({"old_id": 1}, "HistoryOrdersOrdersPkey"),
        ({"id": 1}, "PublicOrdersOrdersPkey"),
        ({"old_note": None}, "HistoryOrdersNoteNotNull"),
        ({"note": None}, "PublicOrdersNoteNotNull"),
        ({"old_code": 6}, "HistoryCodeSmall"),
        ({"code": 9}, "PublicCodeSmall"),
        ({"total": 0}, "Big"),
    ],
)
def test_namesakes_in_two_schemas_are_told_apart(
    build: Build, connection: Connection, arguments: dict[str, Any], class_: str
) -> None:
    package = build(NAMESAKES, ADD_TWO)
    package.sub("q").add(connection, **ORDER)
    with pytest.raises(getattr(package.sub("errors"), class_)):
        package.sub("q").add(connection, **{**ORDER, "id": 2, "old_id": 2, **arguments})


ORDER = {
    "id": 1,
    "note": "a",
    "code": 1,
    "total": 1,
    "old_id": 1,
    "old_note": "a",
    "old_code": 1,
}


def test_an_error_of_a_trigger_is_not_taken_for_that_of_a_namesake(
    build: Build, connection: Connection
) -> None:
    package = build(
        NAMESAKES + "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN INSERT INTO history.orders VALUES (1, 'a', 1); RETURN NEW; END$$;"
        "CREATE TRIGGER keep BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION keep();",
        "-- name: add :exec\nINSERT INTO orders VALUES (:id, 'a', 1, 1);",
    )
    package.sub("q").add(connection, id=1)
    with pytest.raises(errors.UniqueViolation) as caught:
        package.sub("q").add(connection, id=2)
    assert type(caught.value) is errors.UniqueViolation
    connection.execute("DELETE FROM history.orders")
    with pytest.raises(package.sub("errors").OrdersPkey):
        package.sub("q").add(connection, id=1)


def test_another_schema_than_that_of_the_build_has_the_same_classes(
    build: Build, connection: Connection
) -> None:
    """Call a service that has a schema for each tenant."""
    schema = "CREATE TABLE orders (id int PRIMARY KEY);"
    package = build(schema, "-- name: add :exec\nINSERT INTO orders VALUES (:id);")
    connection.execute(
        f"CREATE SCHEMA tenant; SET search_path = tenant; {schema}".encode()
    )
    package.sub("q").add(connection, id=1)
    with pytest.raises(package.sub("errors").OrdersPkey):
        package.sub("q").add(connection, id=1)


def test_errors_can_be_turned_off(build: Build, connection: Connection) -> None:
    package = build(SCHEMA, QUERIES, errors=False)
    q = package.sub("q")
    assert q.add_team.__doc__ is None
    with pytest.raises(ModuleNotFoundError):
        package.sub("errors")
    with pytest.raises(errors.UniqueViolation):
        q.add_team(connection, id=1, name="Two", code=None)
