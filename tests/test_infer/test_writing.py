"""Whether a query may write: what is claimed only to read runs in a READ ONLY transaction."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.typed import TypedQuery

Typed = Callable[..., TypedQuery]

OBJECTS = """
CREATE SEQUENCE numbers;
CREATE TABLE log (id int DEFAULT nextval('numbers'), text text);
CREATE FUNCTION note(t text) RETURNS text LANGUAGE sql
    AS 'INSERT INTO public.log (text) VALUES (t) RETURNING text';
CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM log';
CREATE FUNCTION peek_unmarked() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM log';
CREATE FUNCTION peek_body() RETURNS bigint LANGUAGE sql RETURN (SELECT count(*) FROM log);
CREATE FUNCTION note_body(t text) RETURNS text LANGUAGE sql
    BEGIN ATOMIC SELECT 'x'; INSERT INTO log (text) VALUES (t) RETURNING text; END;
CREATE FUNCTION outer_body(t text) RETURNS text LANGUAGE sql RETURN note_body(t) || 'x';
CREATE FUNCTION circle(n int) RETURNS int LANGUAGE sql RETURN n;
CREATE OR REPLACE FUNCTION circle(n int) RETURNS int LANGUAGE sql
    RETURN CASE WHEN n > 0 THEN circle(n - 1) ELSE 0 END;
CREATE FUNCTION noted(a text, b text) RETURNS boolean LANGUAGE sql
    AS 'INSERT INTO public.log (text) VALUES (a) RETURNING a = b';
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = noted);
CREATE AGGREGATE noted_all(text) (SFUNC = textcat, STYPE = text);
CREATE VIEW quiet AS SELECT id, clock_timestamp() AS at FROM log;
CREATE VIEW noisy AS SELECT id, note(text) AS text FROM log;
CREATE VIEW above AS SELECT * FROM noisy;
CREATE MATERIALIZED VIEW stored AS SELECT id, note(text) AS text FROM log;
CREATE TABLE secret (id int, owner text);
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON secret USING (owner = current_user);
CREATE TABLE watched (id int, owner text);
ALTER TABLE watched ENABLE ROW LEVEL SECURITY;
CREATE POLICY noted ON watched FOR SELECT USING (note(owner) IS NOT NULL);
CREATE TABLE inserted (id int);
ALTER TABLE inserted ENABLE ROW LEVEL SECURITY;
CREATE POLICY noted ON inserted FOR INSERT WITH CHECK (note('x') IS NOT NULL);
INSERT INTO log (text) VALUES ('a'), ('b');
"""

READING = [
    "SELECT 1",
    "VALUES (1), (2)",
    "TABLE visits",
    "SELECT id, count(*) OVER (), lower(note) FROM visits WHERE id = ANY ($1::int[]) ORDER BY at",
    "WITH v AS (SELECT * FROM visits) SELECT * FROM v UNION ALL SELECT * FROM visits",
    "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
    "SELECT random(), clock_timestamp(), gen_random_uuid(), pg_total_relation_size('log')",
    "SELECT array_agg(id), json_agg(v), max(id) FROM visits v",
    "SELECT * FROM generate_series(1, 2) AS g, unnest(ARRAY[1]) AS u",
    "SELECT ':commandType 3 :rowMarks ({' AS \":commandType 2 :funcid 1\"",
    "SELECT peek(), peek_body(), circle(2)",
    "SELECT * FROM quiet",
    "SELECT * FROM stored",
    "SELECT * FROM secret",
    "SELECT * FROM inserted",
    "SELECT setting FROM pg_settings",
    "SELECT * FROM pg_stat_activity, information_schema.tables",
    "SELECT * FROM visits TABLESAMPLE BERNOULLI (50)",
    "SELECT (1, 2) < (2, 3), 1 IS DISTINCT FROM 2, nullif(1, 2), 1 = ANY (ARRAY[1])",
]

WRITING = {
    "INSERT INTO log (text) VALUES ('x')": "it has an INSERT",
    "UPDATE log SET text = 'x'": "it has an UPDATE",
    "DELETE FROM log": "it has a DELETE",
    "MERGE INTO log USING visits AS v ON false WHEN MATCHED THEN DELETE": "it has a MERGE",
    "WITH x AS (DELETE FROM log RETURNING id) SELECT id FROM x": "it has a DELETE",
    "SELECT id FROM log FOR UPDATE": "it locks rows (FOR UPDATE or the like)",
    "SELECT id FROM (SELECT id FROM log FOR KEY SHARE) AS l": "it locks rows (FOR UPDATE or the like)",
    "SELECT nextval('numbers')": "it calls `nextval()`, which may write",
    "SELECT 1 FROM log WHERE id > (SELECT setval('numbers', 3))": "it calls `setval()`, which may write",
    "SELECT pg_notify('a', 'b')": "it calls `pg_notify()`, which may write",
    "SELECT pg_current_xact_id()": "it calls `pg_current_xact_id()`, which may write",
    "SELECT set_config('a.b', 'c', true)": "it calls `set_config()`, which may write",
    "SELECT query_to_xml('DELETE FROM log', false, false, '')": "it calls `query_to_xml()`, which may write",
    "SELECT note('x')": "it calls `public.note()`, which is VOLATILE",
    "SELECT * FROM note('x')": "it calls `public.note()`, which is VOLATILE",
    "SELECT id FROM log ORDER BY note(text)": "it calls `public.note()`, which is VOLATILE",
    "SELECT id FROM log LIMIT length(note('x'))": "it calls `public.note()`, which is VOLATILE",
    "SELECT peek_unmarked()": "it calls `public.peek_unmarked()`, which is VOLATILE",
    "SELECT note_body('x')": "it calls `public.note_body()`, which may write: it has an INSERT",
    "SELECT outer_body('x')": "it calls `public.outer_body()`, which may write:"
    " it calls `public.note_body()`, which may write: it has an INSERT",
    "SELECT 'a'::text === 'b'": "it calls `public.noted()`, which is VOLATILE",
    "SELECT 'a' === ANY (ARRAY['b'])": "it calls `public.noted()`, which is VOLATILE",
    "SELECT noted_all(text) FROM log": "it calls the aggregate `public.noted_all()`,"
    " whose functions are not looked at",
    "SELECT * FROM noisy": "the view `public.noisy` may write:"
    " it calls `public.note()`, which is VOLATILE",
    "SELECT (SELECT count(*) FROM above)": "the view `public.above` may write: the view"
    " `public.noisy` may write: it calls `public.note()`, which is VOLATILE",
    "SELECT * FROM watched": "a policy of `public.watched` may write:"
    " it calls `public.note()`, which is VOLATILE",
    "EXPLAIN SELECT 1": "it is a utility command, of which nothing is known",
}


@pytest.mark.parametrize("statement", READING)
def test_a_query_that_only_reads_runs_in_a_read_only_transaction(
    typed: Typed, connection: psycopg.Connection[TupleRow], statement: str
) -> None:
    query = typed(statement, OBJECTS, command="exec")
    assert query.may_write == ""
    with connection.transaction():
        connection.execute("SET TRANSACTION READ ONLY")
        arguments = [b"{1}"] * len(query.parameters)
        result = connection.pgconn.exec_params(statement.encode(), arguments)
        assert result.error_message == b""


@pytest.mark.parametrize("statement", WRITING)
def test_what_may_write_is_named(typed: Typed, statement: str) -> None:
    assert typed(statement, OBJECTS, command="exec").may_write == WRITING[statement]


def test_the_promise_is_checked_where_the_call_stands(typed: Typed) -> None:
    promise = "-- sqlgen: read only\nSELECT id,\n  note(text) FROM log"
    with pytest.raises(SqlgenError) as caught:
        typed(promise, OBJECTS, command="exec")
    [error] = caught.value.diagnostics
    assert error.code == "not-read-only"
    assert error.label is not None
    assert (error.label.span.line, error.label.span.text) == (4, "note")
    assert error.hint == "declare `public.note()` STABLE if it only reads"


def test_a_promise_that_holds_is_no_error(typed: Typed) -> None:
    assert typed("-- sqlgen: read only\nSELECT id FROM visits").read_only
