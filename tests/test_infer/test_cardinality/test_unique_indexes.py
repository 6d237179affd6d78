"""Unique indexes over expressions and over some rows, and groups of columns with one value."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen.model.commands import Cardinality
from sqlgen.model.typed import TypedQuery

Typed = Callable[..., TypedQuery]

OPTIONAL, MANY = Cardinality.AT_MOST_ONE, Cardinality.MANY
SCHEMA = """
CREATE TYPE pair AS (n numeric);
CREATE FUNCTION folded(t text) RETURNS text IMMUTABLE LANGUAGE sql RETURN t;
CREATE TABLE users (
    n int,
    email text NOT NULL,
    name text,
    team int NOT NULL,
    data jsonb,
    deleted_at timestamptz,
    active boolean NOT NULL,
    pair pair
);
CREATE UNIQUE INDEX ON users (lower(email)) WHERE name IS DISTINCT FROM 'x';
CREATE UNIQUE INDEX ON users (team, (data ->> 'key'));
CREATE UNIQUE INDEX ON users (team, name) WHERE deleted_at IS NULL AND active;
CREATE UNIQUE INDEX ON users (folded(name));
CREATE UNIQUE INDEX ON users (pair record_image_ops);
CREATE UNIQUE INDEX ON users ((email || email) COLLATE "C");
INSERT INTO users VALUES
    (1, 'A', 'a', 1, '{"key": "a"}', NULL, true, '(1.0)'),
    (2, 'b', 'a2', 1, '{"key": "b"}', now(), true, '(1.00)'),
    (3, 'c', 'b', 1, '{"key": "c"}', now(), true, '(2)'),
    (4, 'e', 'b2', 2, '{"key": "a"}', NULL, true, '(3)'),
    (5, 'aa', 'x', 3, '{}', NULL, false, '(4)'),
    (6, 'AA', 'X', 4, '{}', NULL, true, '(5)');
INSERT INTO users VALUES
    (7, 'f', 'B', 1, '{"key": "f"}', now(), true, '(6)');
"""


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        # expressions
        ("team = 1 AND data ->> 'key' = 'a'", OPTIONAL),
        ("'a' = data ->> 'key' AND 1 = team", OPTIONAL),
        ("data ->> 'key' = 'a'", MANY),
        ("team = 1 AND data ->> 'other' = 'a'", MANY),
        ("team = 1 AND (data ->> 'key') COLLATE \"C\" = 'a'", MANY),
        ("team = 1 OR data ->> 'key' = 'a'", MANY),
        # partial ones
        (
            "lower(email) = lower('A') AND name IS DISTINCT FROM 'x'",
            OPTIONAL,
        ),
        ("lower(email) = lower('A')", MANY),
        ("lower(email) = 'aa' AND name IS DISTINCT FROM 'y'", MANY),
        ("team = 1 AND name = 'a' AND deleted_at IS NULL AND active", OPTIONAL),
        ("active AND deleted_at IS NULL AND team = 1 AND name = 'a'", OPTIONAL),
        ("team = 1 AND name = 'a' AND deleted_at IS NULL", MANY),
        ("team = 1 AND name = 'a' AND (deleted_at IS NULL OR active)", MANY),
        ("team = 1 AND name = 'a' AND NOT (deleted_at IS NULL AND active)", MANY),
        # what is not to be trusted
        ("folded(name) = 'B'", MANY),
        ("pair = '(1)'::pair", MANY),
        ("email || email = 'AA'", MANY),
    ],
)
def test_unique_indexes(
    typed: Typed,
    connection: psycopg.Connection[TupleRow],
    condition: str,
    expected: Cardinality,
) -> None:
    connection.execute(SCHEMA)
    statements = [
        f"SELECT n FROM users WHERE {condition}",
        f"SELECT n FROM (SELECT * FROM users) AS users WHERE {condition}",
        f"SELECT v.at, n FROM visits v RIGHT JOIN users ON v.id = n WHERE {condition}",
        f"UPDATE users SET email = email || 'x' WHERE {condition} RETURNING n",
        f"DELETE FROM users WHERE {condition} RETURNING n",
    ]
    for number, statement in enumerate(statements):
        cardinality = typed(statement).cardinality
        if number != 1:  # what a subquery passes on is only its columns
            assert cardinality is expected, statement
        if cardinality is OPTIONAL:
            with connection.transaction(force_rollback=True):
                assert len(connection.execute(statement).fetchall()) <= 1


def test_an_index_of_an_outer_joins_other_side(typed: Typed) -> None:
    key = "u.team = p.id AND u.data ->> 'key' = 'a'"
    left = f"SELECT u.n FROM patients p LEFT JOIN users u ON {key} WHERE p.id = 1"
    assert typed(left, SCHEMA).cardinality is OPTIONAL
    outer_join = f"SELECT u.n FROM users u LEFT JOIN patients p ON p.id = 1 AND {key}"
    assert typed(outer_join).cardinality is MANY


def test_an_index_says_nothing_of_inheriting_tables(typed: Typed) -> None:
    condition = "team = 1 AND data ->> 'key' = 'a'"
    change = "CREATE TABLE more_users () INHERITS (users)"
    query = typed(f"SELECT n FROM users WHERE {condition}", SCHEMA, change)
    assert query.cardinality is MANY
    assert typed(f"SELECT n FROM ONLY users WHERE {condition}").cardinality is OPTIONAL


def test_the_warning_names_the_index(typed: Typed) -> None:
    [warning] = typed(
        "SELECT a FROM one_sided WHERE a = $1",
        "CREATE TABLE one_sided (a text, b int)",
        "CREATE UNIQUE INDEX ON one_sided (lower(a), b) WHERE b > 0",
        command="optional",
    ).warnings
    assert warning.hint == (
        "compare the unique key `lower(a), b WHERE b > 0` of `one_sided` with `=`;"
        " else add `LIMIT 1`, or make it `:many`"
    )


VISITS = """
INSERT INTO patients (id, mrn, name, status)
    SELECT i, i::text, CASE WHEN i < 4 THEN 'a' ELSE 'b' END, 'in'
    FROM generate_series(1, 6) AS i;
INSERT INTO visits (id, patient_id, at, note)
    SELECT i, 1 + i % 3, timestamptz 'epoch' + i * interval '1 day',
        CASE WHEN i % 2 = 0 THEN 'a' END
    FROM generate_series(1, 9) AS i;
"""
OF_ONE = "SELECT count(u.*) FROM patients p {} WHERE p.id = 2 GROUP BY p.id, v.id"
MANY_VISITS = "LEFT JOIN visits u ON u.patient_id = p.id"


@pytest.mark.parametrize(
    ("joins", "expected"),
    [
        # `v` is missing from all rows or from none.
        (f"LEFT JOIN visits v ON v.id = p.id {MANY_VISITS}", OPTIONAL),
        (f"{MANY_VISITS} LEFT JOIN visits v ON v.id = p.id", OPTIONAL),
        (f"LEFT JOIN visits v ON v.id = p.id AND p.name = $1 {MANY_VISITS}", OPTIONAL),
        (
            f"LEFT JOIN (visits v LEFT JOIN visits w ON w.id = v.id) ON v.id = p.id AND w.note = 'a' {MANY_VISITS}",
            OPTIONAL,
        ),
        (
            f"LEFT JOIN visits w ON w.id = p.id LEFT JOIN visits v ON v.id = w.patient_id {MANY_VISITS}",
            OPTIONAL,
        ),
        # It is missing from some of them.
        (f"{MANY_VISITS} LEFT JOIN visits v ON v.id = p.id AND u.note = 'a'", MANY),
        (f"{MANY_VISITS} LEFT JOIN visits v ON v.id = 1 AND u.note IS NULL", MANY),
        (
            f"{MANY_VISITS} LEFT JOIN (visits v JOIN visits w ON w.id = v.id) ON v.id = p.id AND w.id <> u.id",
            MANY,
        ),
        (
            f"{MANY_VISITS} LEFT JOIN visits w ON w.id = p.id AND u.note = 'a' LEFT JOIN visits v ON v.id = w.id",
            MANY,
        ),
        (
            f"{MANY_VISITS} LEFT JOIN (visits w LEFT JOIN visits v ON v.id = w.id) ON w.id = p.id AND u.note = 'a'",
            MANY,
        ),
        ("JOIN visits u ON true FULL JOIN visits v ON v.id = p.id AND v.id = 2", MANY),
        # A condition that may have another result for each row
        (f"LEFT JOIN visits v ON v.id = p.id AND random() < 0.5 {MANY_VISITS}", MANY),
        (
            f"LEFT JOIN (visits v JOIN visits w ON w.id = v.id AND random() < 0.5) ON v.id = p.id {MANY_VISITS}",
            MANY,
        ),
        (
            f"LEFT JOIN visits v TABLESAMPLE BERNOULLI (50) ON v.id = p.id {MANY_VISITS}",
            MANY,
        ),
        (f"LEFT JOIN sampled v ON v.id = p.id {MANY_VISITS}", MANY),
        (f"LEFT JOIN secured v ON v.id = p.id {MANY_VISITS}", MANY),
        (f"LEFT JOIN parent v ON v.id = p.id {MANY_VISITS}", MANY),
        (
            f"LEFT JOIN (SELECT id FROM visits WHERE random() < 0.5 LIMIT 1) v ON true {MANY_VISITS}",
            MANY,
        ),
    ],
)
def test_groups_of_what_an_outer_join_may_miss(
    typed: Typed,
    connection: psycopg.Connection[TupleRow],
    joins: str,
    expected: Cardinality,
) -> None:
    connection.execute(VISITS)
    connection.execute("""
        CREATE VIEW sampled AS SELECT * FROM visits WHERE random() < 0.5;
        CREATE TABLE secured (id int PRIMARY KEY);
        ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE child () INHERITS (parent);
    """)
    query = typed(OF_ONE.format(joins))
    assert query.cardinality is expected
    if expected is OPTIONAL and not query.parameters:
        assert len(connection.execute(OF_ONE.format(joins)).fetchall()) == 1


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "SELECT DISTINCT ON (name) id FROM patients WHERE name = 'a' ORDER BY name, id",
            OPTIONAL,
        ),
        ("SELECT DISTINCT ON (name) id FROM patients WHERE name > 'a'", MANY),
        ("SELECT DISTINCT ON (name, id) id FROM patients WHERE name = 'a'", MANY),
        ("SELECT DISTINCT name FROM patients WHERE name = 'a'", OPTIONAL),
        ("SELECT DISTINCT name, id FROM patients WHERE name = 'a'", MANY),
        ("SELECT max(id) FROM patients WHERE name = 'a' GROUP BY name", OPTIONAL),
        ("SELECT max(id) FROM patients WHERE name = 'a' GROUP BY name, status", MANY),
        (
            "SELECT count(*) FROM patients WHERE name = 'a' AND $1 = status GROUP BY 1 = 1, status, name",
            OPTIONAL,
        ),
        ("SELECT count(*) FROM patients WHERE name <> 'a' GROUP BY name", MANY),
        (
            "SELECT count(*) FROM patients p LEFT JOIN visits v ON v.note = 'a' GROUP BY v.note",
            OPTIONAL,
        ),
        (
            "SELECT count(*) FROM patients p LEFT JOIN visits v ON v.note = 'a' AND v.id = p.id GROUP BY v.note",
            MANY,
        ),
        (
            (
                "SELECT count(*) FROM patients p JOIN visits v ON v.patient_id = p.id"
                " AND v.note = 'a' GROUP BY v.note"
            ),
            OPTIONAL,
        ),
        (
            "SELECT count(*) FROM patients p JOIN visits v ON v.patient_id = p.id GROUP BY p.id",
            MANY,
        ),
        # What names no column, and yet differs from row to row
        ("SELECT DISTINCT row_number() OVER () FROM patients", MANY),
        ("SELECT DISTINCT count(*) FROM patients GROUP BY name", MANY),
        ("SELECT DISTINCT random() FROM patients", MANY),
        ("SELECT DISTINCT 1 FROM patients", OPTIONAL),
        # Equal numbers may look different.
        ("SELECT n::text FROM measures WHERE n = 1 GROUP BY n::text", MANY),
        ("SELECT n FROM measures WHERE n = 1 GROUP BY n", OPTIONAL),
        ("SELECT generate_series(1, 2) FROM measures WHERE n = 1 GROUP BY n", MANY),
        (
            (
                "SELECT * FROM (SELECT DISTINCT ON (patient_id) patient_id, note FROM visits) AS s"
                " WHERE patient_id = 1"
            ),
            OPTIONAL,
        ),
        (
            (
                "SELECT * FROM (SELECT DISTINCT ON (patient_id, at) patient_id, note FROM visits) AS s"
                " WHERE patient_id = 1"
            ),
            MANY,
        ),
    ],
)
def test_groups_of_what_is_bound(
    typed: Typed,
    connection: psycopg.Connection[TupleRow],
    statement: str,
    expected: Cardinality,
) -> None:
    connection.execute("""
        CREATE TABLE measures (n numeric);
        INSERT INTO measures VALUES (1.0), (1.00);
    """)
    connection.execute(VISITS)
    query = typed(statement)
    assert query.cardinality is expected
    if expected is OPTIONAL and not query.parameters:
        assert len(connection.execute(statement).fetchall()) <= 1


def test_a_collation_that_calls_more_equal_than_the_index_does(
    typed: Typed, connection: psycopg.Connection[TupleRow]
) -> None:
    blind = (
        "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2',"
        " deterministic = false)"
    )
    try:
        connection.execute(blind)
    except psycopg.errors.FeatureNotSupported:
        return  # a server that was built without ICU has no such collations
    connection.execute("""
        CREATE TABLE nicks (nick text COLLATE blind, own text COLLATE blind UNIQUE);
        CREATE UNIQUE INDEX ON nicks (nick COLLATE "C");
        INSERT INTO nicks VALUES ('a', 'a'), ('A', 'b');
    """)
    for statement, expected in {
        "SELECT nick FROM nicks WHERE nick = 'a'": MANY,
        "SELECT nick FROM nicks WHERE own = 'A'": OPTIONAL,
        "SELECT DISTINCT nick COLLATE \"C\" FROM nicks WHERE nick = 'a'": MANY,
        "SELECT DISTINCT nick FROM nicks WHERE nick = 'a'": OPTIONAL,
    }.items():
        assert typed(statement).cardinality is expected
        rows = connection.execute(statement).fetchall()
        assert len(rows) == (2 if expected is MANY else 1)
