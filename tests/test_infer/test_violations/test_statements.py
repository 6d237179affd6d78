"""Statements -> the constraints that they can violate, by PostgreSQL's names."""

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen.model.typed import TypedQuery
from tests.test_infer.conftest import Typed

SCHEMA = """
CREATE DOMAIN code AS text CONSTRAINT code_form CHECK (VALUE ~ '^[a-z]+$');
CREATE DOMAIN long_code AS code CONSTRAINT long_code_length CHECK (length(VALUE) > 3) NOT NULL;
CREATE TABLE users (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL,
    nick text UNIQUE,
    team int UNIQUE DEFAULT 1,
    code code,
    score int CONSTRAINT score_range CHECK (score < 10),
    doubled int GENERATED ALWAYS AS (score * 2) STORED CONSTRAINT doubled_range CHECK (doubled < 15),
    seen_at timestamptz CONSTRAINT seen_before CHECK (seen_at < now())
);
CREATE UNIQUE INDEX users_email ON users (lower(email));
CREATE UNIQUE INDEX users_active ON users (code) WHERE score > 0;
CREATE TABLE posts (
    id int PRIMARY KEY,
    user_id int REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE,
    editor_id int NOT NULL REFERENCES users ON DELETE SET NULL,
    title text,
    UNIQUE (user_id, title)
);
CREATE TABLE likes (
    post_id int REFERENCES posts DEFERRABLE INITIALLY DEFERRED,
    user_id int CONSTRAINT likes_user REFERENCES users ON UPDATE RESTRICT
);
CREATE TABLE tags (post_id int REFERENCES posts ON DELETE RESTRICT, code long_code);
CREATE TABLE days (
    day int, n int, user_id int CONSTRAINT days_user REFERENCES users, PRIMARY KEY (day)
) PARTITION BY RANGE (day);
CREATE TABLE days_1 PARTITION OF days (CONSTRAINT only_here CHECK (n > 0)) FOR VALUES FROM (0) TO (10);
CREATE TABLE bosses (id int PRIMARY KEY);
CREATE TABLE shifts (
    id int PRIMARY KEY,
    starts_at int,
    ends_at int,
    break_at int,
    kind text DEFAULT 'day',
    boss int REFERENCES bosses ON DELETE SET NULL,
    CONSTRAINT in_order CHECK (starts_at < ends_at AND id > 0),
    CONSTRAINT within CHECK (break_at BETWEEN starts_at AND ends_at),
    CONSTRAINT known_kind CHECK (kind IN ('day', 'night')),
    CONSTRAINT break_or_end CHECK (break_at IS NOT NULL OR ends_at IS NOT NULL),
    CONSTRAINT positive CHECK (break_at > 0),
    CONSTRAINT own_boss CHECK (boss > 3),
    CONSTRAINT any_boss CHECK (boss > 3 OR kind = 'day'),
    CONSTRAINT boss_at_night CHECK (boss IS NOT NULL OR kind <> 'night')
);
CREATE VIEW scored AS SELECT * FROM users WHERE score > 3 AND nick IS NOT NULL WITH CHECK OPTION;
CREATE VIEW local AS SELECT id, email, nick FROM scored WHERE email = lower(email) WITH LOCAL CHECK OPTION;
CREATE VIEW unchecked AS SELECT id, email, nick, score FROM users WHERE email <> '';
CREATE VIEW cascaded AS SELECT * FROM unchecked WITH CASCADED CHECK OPTION;
CREATE VIEW now_seen AS SELECT * FROM posts WHERE id IN (SELECT post_id FROM likes) WITH CHECK OPTION;
CREATE VIEW named AS SELECT nick AS name, id FROM users;
"""

STATEMENTS = {
    # INSERT
    "INSERT INTO users (email, nick) VALUES (:email, :nick)": (
        "users_nick_key users_team_key users_email doubled_range code_form"
    ),
    "INSERT INTO users (email, team) SELECT nick, NULL FROM users": (
        "email users_team_key users_email doubled_range code_form"
    ),
    "INSERT INTO users (email, code, team) VALUES (:email, :code, 1)": (
        "users_team_key users_email users_active doubled_range code_form"
    ),
    "INSERT INTO posts (id, editor_id, title) VALUES (1, 2, 'a')": (
        "posts_pkey posts_editor_id_fkey"
    ),
    "INSERT INTO likes VALUES (1, 2)": "likes_user COMMIT:likes_post_id_fkey",
    "INSERT INTO tags VALUES (1, :code)": "tags_post_id_fkey code_form long_code_length",
    "INSERT INTO days VALUES (1, 2)": "days_pkey only_here",
    "INSERT INTO days_1 VALUES (1, 2)": "days_pkey only_here",
    # a CHECK of columns that stay NULL
    "INSERT INTO shifts (id) VALUES (1)": (
        "shifts_pkey in_order known_kind break_or_end boss_at_night"
    ),
    "INSERT INTO shifts (starts_at, id) VALUES (1, 2)": (
        "shifts_pkey in_order known_kind break_or_end boss_at_night"
    ),
    "INSERT INTO shifts (starts_at, ends_at, kind, id) VALUES (1, 2, 'x', 3)": (
        "shifts_pkey in_order known_kind break_or_end boss_at_night"
    ),
    "INSERT INTO shifts (id, break_at, boss) VALUES (3, 4, 5)": (
        "shifts_pkey shifts_boss_fkey in_order known_kind break_or_end positive own_boss any_boss boss_at_night"
    ),
    "DELETE FROM bosses": "boss_at_night",
    # WITH CHECK OPTION
    "INSERT INTO scored (email) VALUES ('a')": (
        "users_team_key users_email doubled_range code_form scored:"
    ),
    "UPDATE scored SET score = 1": "users_active score_range doubled_range seen_before scored:",
    "UPDATE scored SET team = 1": "users_team_key seen_before",
    "DELETE FROM scored": "likes_user days_user editor_id tags_post_id_fkey COMMIT:likes_post_id_fkey",
    "UPDATE local SET nick = 'a'": "users_nick_key seen_before scored:",
    "UPDATE local SET email = 'a'": "users_email seen_before local:",
    "UPDATE cascaded SET email = 'a'": "users_email seen_before unchecked:",
    "UPDATE cascaded SET score = 1": "users_active score_range doubled_range seen_before",
    "UPDATE unchecked SET email = 'a'": "users_email seen_before",
    "UPDATE now_seen SET title = 'a'": "posts_user_id_title_key now_seen:",
    "INSERT INTO now_seen VALUES (1, 2, 3, 'a') ON CONFLICT (id) DO UPDATE SET title = 'a'": (
        "posts_user_id_fkey posts_editor_id_fkey posts_user_id_title_key now_seen:"
    ),
    # ON CONFLICT
    "INSERT INTO posts VALUES (1, 2, 3, 'a') ON CONFLICT DO NOTHING": (
        "posts_user_id_fkey posts_editor_id_fkey"
    ),
    "INSERT INTO posts VALUES (1, 2, 3, 'a') ON CONFLICT (id) DO NOTHING": (
        "posts_user_id_title_key posts_user_id_fkey posts_editor_id_fkey"
    ),
    "INSERT INTO posts VALUES (1, 2, 3, 'a') ON CONFLICT ON CONSTRAINT posts_user_id_title_key DO NOTHING": (
        "posts_pkey posts_user_id_fkey posts_editor_id_fkey"
    ),
    "INSERT INTO posts VALUES (1, 2, 3, 'a') ON CONFLICT (title, user_id) DO UPDATE SET title = 'b'": (
        "posts_pkey posts_user_id_title_key posts_user_id_fkey posts_editor_id_fkey"
    ),
    "INSERT INTO posts VALUES (1, 2, 3, 'a') ON CONFLICT (id) DO UPDATE SET editor_id = DEFAULT": (
        "editor_id posts_user_id_title_key posts_user_id_fkey posts_editor_id_fkey"
    ),
    # UPDATE
    "UPDATE users SET nick = 'a'": "users_nick_key seen_before",
    "UPDATE users SET score = 1": "users_active score_range doubled_range seen_before",
    "UPDATE users SET email = NULL": "email users_email seen_before",
    "UPDATE named SET name = 'a'": "users_nick_key seen_before",
    "UPDATE users SET id = DEFAULT": (
        "id users_pkey posts_user_id_fkey posts_user_id_title_key posts_editor_id_fkey likes_user days_user seen_before"
    ),
    "UPDATE tags SET code = NULL": "long_code: code_form long_code_length",
    "UPDATE days SET n = 1": "only_here",
    "UPDATE days SET day = 1": "days_pkey only_here days_user",
    # DELETE
    "DELETE FROM tags": "",
    "DELETE FROM posts": "tags_post_id_fkey COMMIT:likes_post_id_fkey",
    "DELETE FROM users": "likes_user days_user editor_id tags_post_id_fkey COMMIT:likes_post_id_fkey",
    # several
    "WITH gone AS (DELETE FROM posts) UPDATE users SET nick = 'a'": (
        "tags_post_id_fkey users_nick_key seen_before COMMIT:likes_post_id_fkey"
    ),
    "SELECT * FROM users WHERE code = :code": "",
}

BODIES = {
    "BEGIN NEW.score := 1; RETURN NEW; END": "score_range doubled_range users_active",
    "begin new.seen_at = now(); return new; end;": "",
    "BEGIN NEW.score := coalesce(NEW.score, 0) + 1; RETURN NEW; END": "score_range doubled_range users_active",
    "BEGIN RETURN NEW; END": "",
    "BEGIN NEW.score := mine(1); RETURN NEW; END": None,
    "BEGIN NEW.score := (SELECT 1); RETURN NEW; END": None,
    "BEGIN IF true THEN NEW.score := 1; END IF; RETURN NEW; END": None,
    "BEGIN PERFORM now(); RETURN NEW; END": None,
    "BEGIN NEW.score := 1; RETURN NULL; END": None,
    "BEGIN NEW.score := 1; RETURN NEW; EXCEPTION WHEN others THEN RETURN NEW; END": None,
    "DECLARE n int := mine(1); BEGIN RETURN NEW; END": None,
}
"""The bodies of a BEFORE trigger -> what it adds to what an UPDATE can violate; None: nothing is known."""


@pytest.mark.parametrize("body", BODIES)
def test_triggers(
    typed: Typed, connection: psycopg.Connection[TupleRow], body: str
) -> None:
    connection.execute(SCHEMA.encode())
    query = typed(
        "UPDATE users SET nick = 'a'",
        "CREATE FUNCTION mine(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        f"CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $f$ {body} $f$",
        "CREATE TRIGGER change BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION change()",
        command="exec",
    )
    added = BODIES[body]
    expected = f"users_nick_key seen_before {added or ''}".split()
    assert _names(query) == sorted(expected)
    unknown = () if added is not None else ("the trigger `change` of `users`",)
    assert query.unknown_effects == unknown


def test_functions_and_rules_are_unknown(
    typed: Typed, connection: psycopg.Connection[TupleRow]
) -> None:
    connection.execute(SCHEMA.encode())
    query = typed(
        "UPDATE users SET nick = writes()",
        "CREATE FUNCTION writes() RETURNS text LANGUAGE sql AS 'SELECT null::text'",
        "CREATE RULE more AS ON UPDATE TO users DO ALSO SELECT 1",
        command="exec",
    )
    assert set(query.unknown_effects) == {
        "the function `writes`",
        "the rules of `users`",
    }


def _names(query: TypedQuery) -> list[str]:
    return sorted(
        [violation.name or f"{violation.relation}:" for violation in query.violations]
        + [f"COMMIT:{violation.name}" for violation in query.deferred_violations]
    )


@pytest.mark.parametrize("statement", STATEMENTS)
def test_statements(
    typed: Typed, connection: psycopg.Connection[TupleRow], statement: str
) -> None:
    connection.execute(SCHEMA.encode())
    query = typed(statement, command="many" if "SELECT *" in statement else "exec")
    assert _names(query) == sorted(STATEMENTS[statement].split())
    assert query.unknown_effects == ()


@pytest.mark.parametrize(
    ("check", "column", "expected"),
    [
        ("email LIKE '%_@_%'", "note = 'a'", ""),
        ("email LIKE '%_@_%'", "email = 'a@b'", "form"),
        ("mine(1) > 0", "note = 'a'", "form"),
    ],
)
def test_functions_of_extensions_are_what_they_say(
    typed: Typed, check: str, column: str, expected: str
) -> None:
    """A CHECK with IMMUTABLE functions in C is about its columns; the user's own may read other tables."""
    query = typed(
        f"UPDATE people SET {column}",
        "CREATE EXTENSION citext",
        "CREATE FUNCTION mine(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'",
        f"CREATE TABLE people (email citext, note text, CONSTRAINT form CHECK ({check}))",
        command="exec",
    )
    assert _names(query) == expected.split()


DEFAULTS = {
    "state DEFAULT 'new'": "",
    "state DEFAULT 'other'": "state_check",
    "state DEFAULT lower('NEW')": "state_check",
    "amount DEFAULT 0": "",
    "amount DEFAULT 1 + 1": "",
    "amount DEFAULT -1": "amount_check",
    "amount DEFAULT NULL": "",
    "amount DEFAULT mine(1)": "amount_check",
    "amount DEFAULT random()::int": "amount_check",
    "small_amount DEFAULT 5": "",
    "small_amount DEFAULT 50": "amount_check small_amount_check",
    "sure DEFAULT 1": "",
    "sure DEFAULT NULL": "sure:",
    "small_mine DEFAULT 1": "small_mine_check",
    "days DEFAULT '2020-01-01'": "days_check",
    "short DEFAULT 'abc'": "",
    "lowercase DEFAULT 'abc'": "lowercase_check",
    "amounts DEFAULT '{1}'": "amount_check amounts_check",
    "amount": "",
}


@pytest.mark.parametrize(("column", "expected"), DEFAULTS.items())
def test_a_default_that_satisfies_its_domain_violates_nothing(
    typed: Typed, column: str, expected: str
) -> None:
    query = typed(
        "INSERT INTO orders (id) VALUES (:id)",
        "CREATE FUNCTION mine(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'",
        "CREATE DOMAIN state AS text CHECK (VALUE IN ('new', 'old'))",
        "CREATE DOMAIN amount AS int CHECK (VALUE >= 0)",
        "CREATE DOMAIN small_amount AS amount CHECK (VALUE < 10)",
        "CREATE DOMAIN sure AS int NOT NULL",
        "CREATE DOMAIN small_mine AS int CHECK (VALUE < mine(1) + 9)",
        "CREATE DOMAIN days AS date CHECK (VALUE < now())",
        "CREATE DOMAIN short AS text CHECK (length(VALUE) < 9 AND VALUE <> '')",
        "CREATE DOMAIN lowercase AS text CHECK (VALUE ~ '^[a-z]+$')",
        "CREATE DOMAIN amounts AS amount[] CHECK (cardinality(VALUE) > 0)",
        f"CREATE TABLE orders (id int, given {column})",
        command="exec",
    )
    assert _names(query) == expected.split()
