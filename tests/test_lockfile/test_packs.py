"""Analyses are packed and unpacked without loss."""

from dataclasses import fields

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import describe, infer, lockfile, parse
from sqlgen.model.description import Description
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedColumn, TypedParameter, TypedQuery

SCHEMA = """
CREATE TYPE mood AS ENUM ('fine', 'so "so"', 'bad');
CREATE DOMAIN zip AS text CHECK (VALUE IN ('a', 'b')) NOT NULL;
CREATE TYPE place AS (street text, zips zip[], mood mood);
COMMENT ON TYPE mood IS 'How one is.';
CREATE TABLE "odd.name" (
    id int PRIMARY KEY, mood mood, moods mood[] NOT NULL, zip zip, place place, "a ""b"".c" text,
    during tstzrange, durings int4multirange, state text CHECK (state IN ('x', 'y')), data jsonb
);
"""

QUERIES = """
-- name: all_of_it :many
SELECT * FROM "odd.name" WHERE mood = :mood AND state = :state AND (:note?::text IS NULL OR true);

-- name: marked :many
-- An override that repeats what is known is warned of.
SELECT id AS "id!", mood AS "mood!: app.Mood", moods AS "moods?" FROM "odd.name";

-- name: perhaps_many :one
SELECT id, jsonb_build_object('id', id, 'all', jsonb_agg(state), 'mood', mood) AS made
FROM "odd.name" WHERE state = $1 GROUP BY id;

-- name: whole_rows :many
SELECT o, ARRAY(SELECT o) AS same, ROW(o, ARRAY[o.zip, NULL], ROW(o.place)) AS made FROM "odd.name" AS o;

-- name: put :execrows
INSERT INTO "odd.name" (id, moods, zip, place) VALUES (:id, :moods, :zip, :place);
"""


def analysed(
    connection: psycopg.Connection[TupleRow], text: str
) -> tuple[TypedQuery, ...]:
    file = parse.query_file(SourceFile("queries/all.sql", text))
    catalog = describe.catalog(connection)
    described = describe.queries(connection, catalog, file.queries)
    return tuple(
        infer.query(each, catalog)
        for each in described
        if isinstance(each, Description)
    )


@pytest.fixture
def typed(connection: psycopg.Connection[TupleRow]) -> tuple[TypedQuery, ...]:
    connection.execute(SCHEMA.encode())
    return analysed(connection, QUERIES)


def test_packed_queries_are_unpacked(typed: tuple[TypedQuery, ...]) -> None:
    queries = [one.query for one in typed]
    unpacked = lockfile.unpack(lockfile.pack(typed), queries)
    assert tuple(unpacked[id(query)] for query in queries) == typed
    assert any(one.warnings for one in typed)


def test_a_query_that_moved_is_unpacked(typed: tuple[TypedQuery, ...]) -> None:
    moved = parse.query_file(SourceFile("queries/all.sql", "-- Moved.\n\n" + QUERIES))
    unpacked = lockfile.unpack(lockfile.pack(typed), moved.queries)
    for one, query in zip(typed, moved.queries, strict=True):
        again = unpacked[id(query)]
        assert again.columns == one.columns
        for old, new in zip(one.warnings, again.warnings, strict=True):
            assert old.label
            assert new.label
            assert new.label.span.text == old.label.span.text
            assert new.label.span.line == old.label.span.line + 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mood = :mood", "mood  = :mood"),
        (":note?", ":note"),
        ("name: put :execrows", "name: put :exec"),
        ("name: put", "name: put_it"),
        ("$1", "$1::text"),
        ('AS "id!"', 'AS "id"'),
    ],
)
def test_a_changed_query_is_not_unpacked(
    typed: tuple[TypedQuery, ...], old: str, new: str
) -> None:
    changed = parse.query_file(SourceFile("queries/all.sql", QUERIES.replace(old, new)))
    unpacked = lockfile.unpack(lockfile.pack(typed), changed.queries)
    assert len(unpacked) == len(typed) - 1


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\0\xff", b'{"types": {}, "queries": {"x": 3}}']
)
def test_other_bytes_unpack_to_nothing(
    typed: tuple[TypedQuery, ...], content: bytes
) -> None:
    assert lockfile.unpack(content, [one.query for one in typed]) == {}


def test_half_a_pack_unpacks_to_nothing(typed: tuple[TypedQuery, ...]) -> None:
    content = lockfile.pack(typed)
    assert lockfile.unpack(content[: len(content) // 2], [typed[0].query]) == {}


def test_no_field_is_forgotten() -> None:
    """A new field is read in `lockfile/analyses.py`; a new one of a query is written in `entries.py`."""
    names = [f.name for kind in (TypedQuery, TypedParameter, TypedColumn) for f in fields(kind)]  # fmt: skip
    assert names == [
        *("query", "parameters", "columns", "cardinality", "page_keys"),
        *("stars", "reads", "writes", "behind_views", "inserts"),
        *("may_write", "violations", "deferred_violations", "unknown_effects"),
        *(
            "row_comment",
            "warnings",
            "name",
            "number",
            "type",
            "nullable",
            "reason",
            "column",
        ),
        *(
            "literals",
            "domain",
            "element_nullable",
            "cast",
            "optional",
            "same_length",
            "name",
            "type",
            "nullable",
            "reason",
        ),
        *("override", "column", "literals", "domain", "element_nullable", "narrowed"),
        *("json", "written_out", "row_columns", "comment"),
    ]
