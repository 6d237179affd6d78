"""Parameters whose type or value depends on where they stand, executed on a real server."""

import inspect

import pytest

from tests.test_behaviour.packages import Build, Connection

COMPOSITES = """
CREATE TYPE place AS (street text, floor int);
CREATE DOMAIN home AS place;
CREATE TABLE t (id int NOT NULL, p place, ps place[], h home);
INSERT INTO t VALUES (1, ('a', 1), ARRAY[('a', 1)::place], ('a', 1)), (2, ('b', 2), '{}', ('b', 2));
"""


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("p = :p", [1]),
        ("p <> :p", [2]),
        ("p <= :p", [1]),
        (":p < p", [2]),
        ("p IS DISTINCT FROM :p", [2]),
        ("p IS NOT DISTINCT FROM :p", [1]),
        ("p = ANY (:ps)", [1, 2]),
        ("p <> ALL (:ps)", []),
        (":p = ANY (ps)", [1]),
        ("p IN (:p, :q)", [1, 2]),
        ("(id, p) = (:i, :p)", [1]),
        ("(p, id) >= (:p, :i)", [1, 2]),
        ("p BETWEEN :p AND :q", [1, 2]),
        ("CASE p WHEN :p THEN true END", [1]),
        ("NULLIF(p, :p) IS NULL", [1]),
        (":p IN (SELECT p)", [1]),
        ("h = :p", [1]),
        ("t = :t", [1]),
        ("ps = :ps1", [1]),
        ("p = :p::place", [1]),
    ],
)
def test_composites_are_compared(
    build: Build, connection: Connection, condition: str, expected: list[int]
) -> None:
    package = build(
        COMPOSITES,
        f"-- name: find :many\nSELECT id FROM t WHERE {condition} ORDER BY id;",
    )
    find, models = package.sub("q").find, package.sub("models")
    parameters = inspect.signature(find).parameters
    first, second = models.Place("a", 1), models.Place("b", 2)
    arguments = {
        "p": first,
        "q": second,
        "ps": [first, second],
        "ps1": [first],
        "i": 1,
    }
    if "t" in parameters:
        arguments["t"] = models.T(1, first, [first], first)
    given = {name: value for name, value in arguments.items() if name in parameters}
    assert find(connection, **given) == expected


def test_conditions_are_left_out_by_default(
    build: Build, connection: Connection
) -> None:
    q = build(
        COMPOSITES,
        """
        -- name: find :many
        SELECT id FROM t WHERE (:street::text IS NULL OR (p).street = :street)
            AND id >= :id AND (id <= :upto OR :upto IS NULL) ORDER BY id;
        """,
    ).sub("q")
    assert q.find(connection, id=1) == [1, 2]
    assert q.find(connection, id=1, upto=1) == [1]
    assert q.find(connection, id=1, street="b") == [2]
    assert list(inspect.signature(q.find).parameters) == [
        "conn",
        "street",
        "id",
        "upto",
    ]


def test_fields_and_elements_may_be_none(build: Build, connection: Connection) -> None:
    q = build(
        COMPOSITES + "CREATE TABLE people (name text NOT NULL, bio text, tags text[]);",
        """
        -- name: move :exec
        UPDATE t SET p.street = :street WHERE id = :id;
        -- name: street :one
        SELECT (p).street FROM t WHERE id = :id;
        -- name: add :execrows
        INSERT INTO people (name, bio) SELECT unnest(:names::text[]), unnest(:bios::text[]);
        -- name: tag :many
        UPDATE people SET tags = :tags[?] RETURNING tags[2];
        """,
    ).sub("q")
    q.move(connection, id=1, street=None)
    assert q.street(connection, id=1) is None
    assert q.add(connection, names=["a", "b"], bios=["x", None]) == 2
    assert q.tag(connection, tags=["a", None]) == [None, None]
    hints = [str(p.annotation) for p in inspect.signature(q.add).parameters.values()]
    assert hints[1:] == [
        "collections.abc.Sequence[str]",
        "collections.abc.Sequence[str | None]",
    ]
