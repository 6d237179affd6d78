"""Columns of domains, whose type the protocol does not show: they are of the type that PostgreSQL gives."""

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen.model.typed import TypedQuery
from tests.test_infer.conftest import Typed

SCHEMA = """
CREATE DOMAIN code AS text CHECK (VALUE <> '');
CREATE DOMAIN wide_code AS code;
CREATE DOMAIN codes AS code[];
CREATE DOMAIN day AS date;
CREATE TYPE pair AS (name information_schema.sql_identifier, code code);
CREATE FUNCTION same(a code) RETURNS code LANGUAGE sql IMMUTABLE AS 'SELECT a';
CREATE FUNCTION any_same(a anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT a';
CREATE TABLE coded (
    id int PRIMARY KEY, c code, list codes, pair pair, sys information_schema.sql_identifier,
    yes information_schema.yes_or_no, many code[], wide wide_code, day day
);
INSERT INTO coded VALUES (1, 'a', '{b}', ('n', 'k'), 's', 'YES', '{q}', 'z', '2000-01-01');
"""

EXPRESSIONS = (
    "c", "list", "pair", "sys", "yes", "many", "wide", "day", "(SELECT c)", "(SELECT x.c FROM coded x LIMIT 1)",
    "(SELECT max(x.c) FROM coded x)", "CASE WHEN id = 1 THEN c END", "CASE WHEN id = 1 THEN c ELSE 'x' END",
    "coalesce(c, c)", "coalesce(c, 'x')", "greatest(c, c)", "nullif(c, 'x')", "list[1]", "list[1:2]", "unnest(list)",
    "ARRAY[c]", "ARRAY(SELECT c)", "array_agg(c) OVER ()", "lag(c) OVER ()", "max(c) OVER ()", "'a'::code", "c::text",
    "c || 'a'", "(pair).name", "(pair).code", "same(c)", "any_same(c)", "(ROW('a', 'b')::pair).code", "ARRAY[sys]",
    "(SELECT c UNION SELECT c)", "array_append(many, c)", "many[1]", "many[1:1]", "c::wide_code", "c COLLATE \"C\"",
    "coalesce(sys, sys)", "max(yes) OVER ()", "(SELECT x.table_name FROM information_schema.tables x LIMIT 1)",
)  # fmt: skip

SOURCES = (
    "coded",
    "(SELECT * FROM coded OFFSET 0) s",
    "(SELECT * FROM coded UNION ALL SELECT * FROM coded) s",
    "(VALUES (1)) v (n) JOIN LATERAL (SELECT * FROM coded) s ON true",
)

QUERIES = (
    "SELECT c AS x FROM coded UNION SELECT 'a'",
    "VALUES ('a'::code), ('b')",
    "SELECT c AS x FROM coded a FULL JOIN coded b USING (c)",
    "SELECT x FROM unnest(ARRAY['a'::code]) AS u (x)",
    "SELECT same AS x FROM same('a')",
    "SELECT code AS x FROM unnest(ARRAY[('a', 'b')::pair])",
    'SELECT x FROM jsonb_to_recordset(\'[{"x": "y"}]\') AS j (x code)',
    "WITH RECURSIVE r (n, x) AS (SELECT 1, 'a'::code UNION ALL SELECT n + 1, x FROM r WHERE n < 2) SELECT x FROM r",
    "SELECT is_nullable AS x FROM information_schema.columns",
    "SELECT DISTINCT ordinal_position AS x FROM information_schema.columns",
    "SELECT array_agg(table_name) AS x FROM information_schema.columns GROUP BY table_schema",
)
SINCE_17 = (
    "SELECT JSON_VALUE(jsonb '{\"a\": \"x\"}', '$.a' RETURNING code) AS x",
    "SELECT JSON_QUERY(jsonb '{\"a\": [\"x\"]}', '$.a' RETURNING codes) AS x",
    "SELECT x FROM JSON_TABLE(jsonb '[\"a\"]', '$[*]' COLUMNS (x code PATH '$')) j",
)


@pytest.mark.parametrize("source", SOURCES)
def test_an_expression_has_the_type_that_postgresql_gives(
    typed: Typed, connection: psycopg.Connection[TupleRow], source: str
) -> None:
    items = [f"{each} AS x{n}" for n, each in enumerate(EXPRESSIONS)]
    query = typed(f"SELECT {', '.join(items)} FROM {source}", SCHEMA)
    check(query, connection)


def test_a_query_has_the_type_that_postgresql_gives(
    typed: Typed, connection: psycopg.Connection[TupleRow]
) -> None:
    connection.execute(SCHEMA)
    newer = SINCE_17 if connection.info.server_version >= 170000 else ()
    for statement in (*QUERIES, *newer):
        check(typed(statement), connection)


def check(query: TypedQuery, connection: psycopg.Connection[TupleRow]) -> None:
    inferred = [column.type.display for column in query.columns]
    types = [f"format_type(pg_typeof(c{n}), NULL)" for n in range(len(inferred))]
    names = ", ".join([f"c{n}" for n in range(len(inferred))])
    statement = query.query.sql.text.strip().rstrip(";")
    row = connection.execute(
        f"SELECT {', '.join(types)} FROM ({statement}) AS q ({names}) LIMIT 1".encode()
    ).fetchone()
    assert row is not None
    assert inferred == list(row)
