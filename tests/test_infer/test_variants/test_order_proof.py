"""Which keys the rows of a statement can be sorted by, on a server's trees."""

from collections.abc import Callable
from itertools import permutations

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import describe, infer, parse
from sqlgen.model.catalog import Catalog
from sqlgen.model.description import Description
from sqlgen.model.diagnostic import Diagnostic, SqlgenError
from sqlgen.model.source import SourceFile
from sqlgen.model.typed import TypedQuery

Connection = psycopg.Connection[TupleRow]
Ordered = Callable[..., TypedQuery]

SCHEMA = """
CREATE TABLE t (id int PRIMARY KEY, a int, b text NOT NULL, c date, j json);
CREATE TABLE u (id int PRIMARY KEY, t_id int NOT NULL REFERENCES t, d numeric);
CREATE TYPE pair AS (x int, y int);
CREATE TABLE v (id int PRIMARY KEY, p pair);
"""


@pytest.fixture
def ordered(connection: Connection) -> Ordered:
    """A function that analyses a statement with this order; it raises all errors."""
    connection.execute(SCHEMA)
    catalog: Catalog = describe.catalog(connection)

    def call(keys: str, statement: str, *directives: str) -> TypedQuery:
        head = "".join(f"-- sqlgen: {directive}\n" for directive in directives)
        text = f"-- name: q :many\n-- sqlgen: order sort by {keys}\n{head}{statement}"
        queries = parse.query_file(SourceFile("queries/q.sql", text)).queries
        [description] = describe.queries(connection, catalog, queries)
        if isinstance(description, Diagnostic):
            raise SqlgenError(description)
        assert isinstance(description, Description)
        return infer.query(description, catalog)

    return call


PROVED = [
    ("a | b | c", "SELECT a, b FROM t ORDER BY :sort"),
    ("a | b | n = lower(b) || a", "SELECT * FROM t ORDER BY :sort, id LIMIT 3"),
    ("a | id", "SELECT a, b FROM t ORDER BY :sort, id"),
    ("a | x", "SELECT a, b || 'x' AS x FROM t ORDER BY :sort, a, x"),
    ("x | y", "SELECT lower(b) AS x, upper(b) AS y FROM t ORDER BY :sort"),
    ("a | b", "SELECT DISTINCT a, b FROM t ORDER BY :sort"),
    ("b | a | c", "SELECT DISTINCT a, b, c FROM t ORDER BY c, :sort"),
    ("a | n = a asc", "SELECT DISTINCT ON (a) a, b FROM t ORDER BY :sort, b"),
    ("b | c | id", "SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, :sort"),
    ("a | b | n", "SELECT a, b, count(*) AS n FROM t GROUP BY a, b ORDER BY :sort"),
    (
        "b | a | n = max(c) | m = count(*) + a",
        "SELECT a, b FROM t GROUP BY b, a ORDER BY :sort",
    ),
    ("a | b", "SELECT a, b FROM t UNION SELECT id, d::text FROM u ORDER BY :sort"),
    ("n | id", ("SELECT t.*, row_number() OVER w AS n FROM t WINDOW w AS (PARTITION BY a ORDER BY b)"
     " ORDER BY :sort")),
    ("b | a", "SELECT a, b, rank() OVER (ORDER BY a DESC, b) AS n FROM t ORDER BY :sort"),
    ("a | d", "WITH s AS (SELECT a, d FROM t JOIN u ON t.id = u.t_id) SELECT * FROM s ORDER BY :sort"),
    (
        "b | n = (SELECT max(d) FROM u WHERE u.t_id = t.id) | m = EXISTS (SELECT FROM u WHERE d > a)",
        "SELECT id, b FROM t ORDER BY :sort",
    ),
    ("column1 | column2", "VALUES (1, 2), (3, 4) ORDER BY :sort"),
    ("s | id | n = -id", "SELECT id, generate_series(1, 3) AS s FROM t ORDER BY :sort"),
    ("a desc | b nulls last", "SELECT a, b FROM t WHERE a IN (SELECT a FROM u) ORDER BY :sort FOR UPDATE"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "statement"), PROVED)
def test_keys_that_are_proved(ordered: Ordered, keys: str, statement: str) -> None:
    """With each of them first, and with the same columns."""
    several = keys.split(" | ")
    results = [
        ordered(" | ".join(turn), statement)
        for turn in [several, *map(list, permutations(several))][:7]
    ]
    columns = [(r.columns, r.cardinality, set(r.reads), r.writes) for r in results]
    assert all(each == columns[0] for each in columns)


@pytest.mark.parametrize(
    ("keys", "statement", "reason"),
    [
        ("a | n = generate_series(1, 2)", "SELECT a FROM t ORDER BY :sort", "other rows"),
        (
            "s | n = generate_series(1, 2)",
            "SELECT generate_series(1, 3) AS s ORDER BY :sort",
            "other rows",
        ),
        ("n = 1 + 1 | m = count(*)", "SELECT 1 AS x FROM t ORDER BY :sort", "other rows"),
        ("a | nope", "SELECT a FROM t ORDER BY :sort", 'column "nope" does not exist'),
        ("a | j", "SELECT a, j FROM t ORDER BY :sort", "could not identify an ordering"),
        ("a | c", "SELECT DISTINCT a FROM t ORDER BY :sort", "must appear in select list"),
        ("a | n = b", "SELECT DISTINCT ON (a) a, b FROM t ORDER BY :sort", "must match initial"),
        ("a | n = lower(b)", "SELECT a, b FROM t UNION SELECT 1, 'x' ORDER BY :sort", "UNION"),
        ("a | b", "SELECT a FROM t GROUP BY a ORDER BY :sort", "must appear in the GROUP BY"),
        (
            "a | n = rank() OVER (ORDER BY b)",
            "SELECT a FROM t ORDER BY :sort",
            "would not stay the same",
        ),
        ("b | a", "SELECT a, b FROM t GROUP BY ROLLUP (a, b) ORDER BY :sort", "ROLLUP"),
        ("id | p", "SELECT id, p FROM v ORDER BY :sort", "whole row"),
        ("p", "SELECT id, p FROM v ORDER BY :sort", "whole row"),
        ("id | t", "SELECT id, t FROM t ORDER BY :sort", "could not identify an ordering"),
        ("id | u", "SELECT id, u FROM u ORDER BY :sort", "whole row"),
        ("id | n = u", "SELECT id FROM u ORDER BY :sort", "whole row"),
        (
            "up to 2 of a | b",
            "SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, :sort",
            "DISTINCT ON",
        ),
        ("a | b", "INSERT INTO t SELECT a, id, b FROM t ORDER BY :sort", "SELECT"),
        ("a | b", "CREATE TABLE x AS SELECT a, b FROM t ORDER BY :sort", "SELECT"),
    ],
)  # fmt: skip
def test_keys_that_are_refused(
    ordered: Ordered, keys: str, statement: str, reason: str
) -> None:
    with pytest.raises(SqlgenError) as caught:
        ordered(keys, statement)
    [error] = [
        e for e in caught.value.diagnostics if e.code not in ("no-result-columns",)
    ]
    assert error.code == "not-sortable"
    assert reason in error.message
    assert error.label is not None
    last = keys.split(" | ")[-1]
    assert error.label.span.text in (last, ":sort")


def test_an_error_in_the_first_key_is_shown_there(ordered: Ordered) -> None:
    with pytest.raises(SqlgenError) as caught:
        ordered("n = lower(nope) | a", "SELECT a FROM t ORDER BY :sort")
    [error] = caught.value.diagnostics
    assert (error.code, error.label and error.label.span.text) == ("42703", "nope")


def test_verdicts_hold_without_the_parts(ordered: Ordered) -> None:
    typed = ordered(
        "a | c | n = lower(b)",
        "SELECT a, b FROM t WHERE a = :a AND c > :since ORDER BY :sort",
        "optional a, since",
    )
    assert [column.nullable for column in typed.columns] == [True, False]
    assert [str(name) for name in typed.reads] == [
        "public.t.a",
        "public.t.b",
        "public.t.c",
    ]
    assert (typed.query.variant_count, typed.query.analysis_count) == (24, 6)


def test_reads_are_those_of_all_keys(ordered: Ordered) -> None:
    typed = ordered(
        "b | n = (SELECT max(d) FROM u WHERE u.t_id = t.id)",
        "SELECT b FROM t ORDER BY :sort",
    )
    assert [str(name) for name in typed.reads] == [
        "public.t.b",
        "public.t.id",
        "public.u.d",
        "public.u.t_id",
    ]
