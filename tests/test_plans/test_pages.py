"""Pages whose conditions and order no index serves at once, and that the index which we name serves them."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sqlgen import database, describe, translate
from sqlgen.database import Server
from sqlgen.explain import (
    AskedSettings,
    PlannedVariant,
    explain_statements,
    planned_variants,
)
from sqlgen.model.config import Config
from sqlgen.plans.findings import UnservedOrder
from sqlgen.render.runtime.pages import Key, Pages
from sqlgen.translate.pages import paged
from tests.test_plans.schema_plans import Connection, findings_of, typed_queries

SCHEMA = """
CREATE TABLE authors (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE posts (
    id bigint PRIMARY KEY,
    author_id bigint NOT NULL,
    blog_id bigint NOT NULL,
    at timestamptz NOT NULL,
    title text NOT NULL,
    published date,
    score int NOT NULL,
    live boolean NOT NULL,
    "Odd" int NOT NULL
);
CREATE INDEX posts_author ON posts (author_id);
CREATE INDEX posts_blog ON posts (blog_id, at, id);
CREATE INDEX posts_published ON posts (published, id);
CREATE TABLE readings (id bigint, day date NOT NULL, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE readings_1 PARTITION OF readings FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE readings_2 PARTITION OF readings FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
"""


class Paged(NamedTuple):
    """A query; what each page takes by the pages' label, and the index that would serve them."""

    query: str
    effects: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 (never changed)
    suggested: str = ""


CASES = {
    "by the key": Paged("SELECT * FROM posts ORDER BY id"),
    "condition and order": Paged(
        "SELECT * FROM posts WHERE blog_id = :blog ORDER BY at, id"
    ),
    "backwards": Paged(
        "SELECT title FROM posts WHERE blog_id = :blog ORDER BY at DESC, id DESC"
    ),
    "the first keys are enough": Paged(
        "SELECT * FROM posts WHERE blog_id = :blog ORDER BY at DESC, id"
    ),
    "any condition in the order": Paged(
        "SELECT * FROM posts WHERE title ILIKE :title ORDER BY id"
    ),
    "a range in the order": Paged(
        "SELECT * FROM posts WHERE blog_id = :blog AND at > :since ORDER BY at, id"
    ),
    "an order without an index": Paged(
        "SELECT * FROM posts ORDER BY score DESC, id",
        {"sorts": ()},
        "CREATE INDEX ON posts (score DESC, id)",
    ),
    "an order read backwards": Paged(
        "SELECT * FROM posts ORDER BY score DESC, id DESC",
        {"sorts": ()},
        "CREATE INDEX ON posts (score, id)",
    ),
    "a name that is quoted": Paged(
        'SELECT * FROM posts ORDER BY "Odd" DESC, id',
        {"sorts": ()},
        'CREATE INDEX ON posts ("Odd" DESC, id)',
    ),
    "an index of the condition alone": Paged(
        "SELECT * FROM posts WHERE author_id = :author ORDER BY at, id",
        {"sorts": ("author_id = :author",)},
        "CREATE INDEX ON posts (author_id, at, id)",
    ),
    "an index of the order alone": Paged(
        "SELECT * FROM posts WHERE score = :score AND title ILIKE :title ORDER BY id",
        {"filters": ("score = :score",)},
        "CREATE INDEX ON posts (score, id)",
    ),
    "neither": Paged(
        "SELECT id FROM posts WHERE score = :score AND live ORDER BY title, id",
        {"sorts": ("score = :score",)},
        "CREATE INDEX ON posts (score, title, id)",
    ),
    "NULLs come last": Paged(
        "SELECT * FROM posts ORDER BY published, id", {"rereads": ()}
    ),
    "NULLs come first": Paged(
        "SELECT * FROM posts ORDER BY published NULLS FIRST, id",
        {"sorts": ()},
        "CREATE INDEX ON posts (published NULLS FIRST, id)",
    ),
    "an order of two tables": Paged(
        "SELECT p.id, a.name FROM posts p JOIN authors a ON a.id = p.author_id"
        " ORDER BY a.name, p.id"
    ),
    "rows of the table that another is joined by": Paged(
        "SELECT p.id, p.score FROM authors a JOIN posts p ON p.author_id = a.id"
        " WHERE a.id = :author ORDER BY p.score, p.id"
    ),
    "partitions": Paged("SELECT * FROM readings ORDER BY day, id"),
}


@pytest.fixture(scope="module")
def migrated(server: Server) -> Iterator[Connection]:
    with database.scratch(server) as connection:
        connection.execute(SCHEMA)
        yield connection


def orders(connection: Connection, query: str) -> tuple[UnservedOrder, ...]:
    [found] = findings_of(connection, f"-- name: asked :page\n{query};\n")
    assert not found.error
    return found.pages


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_and_its_proof(migrated: Connection, name: str) -> None:
    case = CASES[name]
    found = orders(migrated, case.query)
    assert {str(one.effect): one.conditions for one in found} == case.effects
    assert [one.index for one in found] == [case.suggested] * len(case.effects)
    if case.suggested:
        statement = case.suggested.replace("INDEX ON", "INDEX suggested ON")
        migrated.execute(statement.encode())
        try:
            assert orders(migrated, case.query) == ()
        finally:
            migrated.execute("DROP INDEX suggested")


def test_the_index_serves_the_condition_too(migrated: Connection) -> None:
    query = "-- name: asked :page\nSELECT * FROM posts WHERE score = :score ORDER BY title, id;\n"
    [found] = findings_of(migrated, query)
    index = "CREATE INDEX ON posts (score, title, id)"
    assert [one.indexes for one in found.unserved] == [(index,)]
    assert [one.index for one in found.pages] == [index]


def test_orders_and_optional_conditions(migrated: Connection) -> None:
    query = (
        "-- sqlgen: optional blog, score\n-- sqlgen: order sort by at | title\n"
        "SELECT * FROM posts WHERE blog_id = :blog AND score = :score ORDER BY :sort, id"
    )
    found = {one.index: one.variants for one in orders(migrated, query)}
    assert found == {
        "CREATE INDEX ON posts (at, id)": ("by at, without conditions",),
        "CREATE INDEX ON posts (score, at, id)": ("by at, with only score",),
        "CREATE INDEX ON posts (at DESC, id)": ("by -at, without conditions",),
        "CREATE INDEX ON posts (blog_id, score, title, id)": (
            "by title, with all conditions",
        ),
        "CREATE INDEX ON posts (title, id)": ("by title, without conditions",),
        "CREATE INDEX ON posts (blog_id, score, title DESC, id)": (
            "by -title, with all conditions",
        ),
        "CREATE INDEX ON posts (title DESC, id)": ("by -title, without conditions",),
    }


@pytest.mark.parametrize("name", CASES)
def test_what_is_planned_is_what_is_sent(migrated: Connection, name: str) -> None:
    [typed] = typed_queries(migrated, f"-- name: asked :page\n{CASES[name].query};\n")
    planned = [one for one in planned_variants(typed) if one.page]
    assert [one.is_next for one in planned] == [False, True]
    context = translate.translation_context(
        translate.merge_references([translate.type_references([typed], {})]),
        Config(root=Path()),
    )
    running = translate.sent_statement(typed, context)
    made = paged(typed, running, len(typed.columns), "q", is_named=False)
    assert made
    [(_, keys)] = made.pages.keys
    runtime = Pages("q", made.pages.columns, made.pages.hidden, {})
    given = tuple([Key(*[getattr(k, f) for f in Key._fields]) for k in keys])
    for one in planned:
        nulls = [False] * len(given) if one.is_next else []
        sent = runtime._around(made.text, given, nulls, len(typed.parameters), 100)
        assert scans(migrated, one.text, one.types) == scans(migrated, sent, one.types)


def scans(connection: Connection, text: str, types: tuple[str, ...]) -> list[Any]:
    """Return how a statement reads tables, and whether it sorts: of the outer two Sorts, none."""
    ask_all = partial(describe.answers, connection)
    version = connection.info.server_version
    variant = PlannedVariant("", text, types)
    [found] = explain_statements(ask_all, [variant], [AskedSettings.ORDERS], version)
    assert not found.error
    return [
        (node.kind, node.relation, node.index, node.index_condition, node.filter)
        for node in found.plans[AskedSettings.ORDERS].nodes()
        if node.relation
    ]
