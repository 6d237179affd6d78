"""Lists that a query takes apart side by side: the generated function refuses those of unequal length."""

import pytest

from tests.test_behaviour.packages import Build, Connection

SCHEMA = "CREATE TABLE pets (id int PRIMARY KEY, name text, age int)"
QUERIES = """
-- name: add :execrows
INSERT INTO pets SELECT * FROM unnest(:ids::int[], :names::text[], :ages::int[]);

-- name: add_in_select :many
INSERT INTO pets (id, name) SELECT unnest(:ids::int[]), unnest(:names::text[]) RETURNING id, name;

-- name: pairs :many
SELECT p.id, p.day, p.n FROM unnest(:ids::int[], :days::date[]) WITH ORDINALITY AS p (id, day, n);

-- name: nested :many
SELECT a.x, b.z FROM unnest(:xs::int[], :ys::int[]) AS a (x, y), LATERAL unnest(:ys::int[], :zs::text[]) AS b (y, z);

-- name: stream_pairs :stream
SELECT * FROM unnest(:ids::int[], :names::text[]) AS p (id, name);

-- name: maybe :many
SELECT * FROM unnest(:ids::int[], :names?::text[]) AS p (id, name);

-- name: filled :many
SELECT * FROM unnest(:ids::int[], '{a,b}'::text[]) AS p (id, name);
"""


def test_lists_of_unequal_length_are_refused(
    build: Build, connection: Connection
) -> None:
    q = build(SCHEMA, QUERIES).sub("q")
    assert q.add(connection, ids=[1, 2], names=["a", None], ages=[3, None]) == 2
    with pytest.raises(ValueError, match="ids has 2, names has 1, ages has 2"):
        q.add(connection, ids=[3, 4], names=["c"], ages=[1, 2])
    rows = q.add_in_select(connection, ids=[5], names=["e"])
    assert [(row.id, row.name) for row in rows] == [(5, "e")]
    for call, arguments in (
        (q.add_in_select, {"ids": [6], "names": []}),
        (q.pairs, {"ids": [], "days": [None]}),
        (q.nested, {"xs": [1], "ys": [1], "zs": []}),
        (q.nested, {"xs": [1, 2], "ys": [1], "zs": ["a"]}),
    ):
        with pytest.raises(ValueError, match="lists must be equally long"):
            call(connection, **arguments)
    with pytest.raises(ValueError, match="lists must be equally long"):
        list(q.stream_pairs(connection, ids=[1], names=[]))
    assert len(q.nested(connection, xs=[1, 2], ys=[1, 2], zs=["a", "b"])) == 4


def test_lists_that_may_be_none_or_have_other_arrays_beside_them_are_filled_up(
    build: Build, connection: Connection
) -> None:
    q = build(SCHEMA, QUERIES).sub("q")
    assert [row.name for row in q.maybe(connection, ids=[1], names=None)] == [None]
    assert [row.id for row in q.filled(connection, ids=[1])] == [1, None]
