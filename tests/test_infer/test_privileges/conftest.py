"""A database with roles, and verdicts about statements that one of them runs."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import TupleRow

from sqlgen import database, describe, infer, parse
from sqlgen.model.description import Description
from sqlgen.model.diagnostic import Diagnostic, SqlgenError
from sqlgen.model.source import SourceFile

Findings = Callable[[str], tuple[Diagnostic, ...]]

SCHEMA = """
CREATE SCHEMA app;
CREATE SCHEMA hidden;
GRANT USAGE ON SCHEMA app TO clerk;
CREATE TYPE hidden.mood AS ENUM ('happy', 'sad');

CREATE TABLE app.open (id int PRIMARY KEY, name text, note text);
INSERT INTO app.open VALUES (1, 'a', 'b');
GRANT SELECT, INSERT, UPDATE, DELETE ON app.open TO clerk;
CREATE TABLE app.readable (id int PRIMARY KEY, name text);
GRANT SELECT ON app.readable TO clerk;
CREATE TABLE app.writable (id int PRIMARY KEY, name text);
GRANT INSERT, UPDATE, DELETE ON app.writable TO clerk;
CREATE TABLE app.closed (id int PRIMARY KEY, name text);
CREATE TABLE app.parts (id int PRIMARY KEY, name text, secret text);
GRANT SELECT (id, name), INSERT (id, name), UPDATE (name) ON app.parts TO clerk;
CREATE TABLE app.numbered (id serial, name text);
INSERT INTO app.numbered VALUES (1, 'x');
GRANT SELECT, INSERT, UPDATE ON app.numbered TO clerk;
CREATE TABLE app.identified (id int GENERATED ALWAYS AS IDENTITY, name text);
GRANT SELECT, INSERT ON app.identified TO clerk;
CREATE SEQUENCE app.free;
GRANT USAGE ON SEQUENCE app.free TO clerk;
CREATE TABLE hidden.unreachable (id int);
GRANT SELECT ON hidden.unreachable TO clerk;
CREATE TABLE "app"."Odd Order" ("The Id" int, b int);
GRANT SELECT (b) ON "app"."Odd Order" TO clerk;
CREATE TABLE app.moods (mood hidden.mood);
GRANT SELECT ON app.moods TO clerk;

CREATE FUNCTION app.public_one(i int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT i';
CREATE FUNCTION app.text_reads_closed() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM app.closed';
CREATE FUNCTION app.text_reads_closed_as_owner() RETURNS bigint LANGUAGE sql SECURITY DEFINER
    AS 'SELECT count(*) FROM app.closed';
CREATE FUNCTION app.writes_closed() RETURNS int LANGUAGE plpgsql AS 'BEGIN DELETE FROM app.closed; RETURN 1; END';
CREATE FUNCTION app.calls_unread() RETURNS bigint LANGUAGE sql RETURN app.text_reads_closed();
CREATE FUNCTION app.calls_unread_as_owner() RETURNS bigint LANGUAGE sql SECURITY DEFINER
    RETURN app.text_reads_closed();
CREATE VIEW app.view_of_text AS SELECT app.text_reads_closed() AS n;
GRANT SELECT ON app.view_of_text TO clerk;
CREATE FUNCTION app.revoked(i int) RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN i; END';
REVOKE EXECUTE ON FUNCTION app.revoked FROM PUBLIC;
CREATE FUNCTION app.reads_closed() RETURNS bigint LANGUAGE sql
    RETURN (SELECT count(*) FROM app.closed);
CREATE FUNCTION app.reads_as_owner() RETURNS bigint LANGUAGE sql SECURITY DEFINER
    RETURN (SELECT count(*) FROM app.closed);
CREATE FUNCTION app.reads_as_weak_owner() RETURNS bigint LANGUAGE sql SECURITY DEFINER
    RETURN (SELECT count(*) FROM app.closed);
CREATE AGGREGATE app.revoked_sum(int) (SFUNC = int4pl, STYPE = int);
REVOKE EXECUTE ON FUNCTION app.revoked_sum FROM PUBLIC;
CREATE FUNCTION app.same(a int, b int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN a = b; END';
CREATE OPERATOR app.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = app.same);
REVOKE EXECUTE ON FUNCTION app.same FROM PUBLIC;
CREATE TABLE app.checked (i int CHECK (app.revoked(i) > 0), j int);
CREATE TABLE app.defaulted (i int DEFAULT app.revoked(1), j int);
GRANT SELECT, INSERT, UPDATE ON app.checked, app.defaulted TO clerk;

CREATE VIEW app.closed_view AS SELECT id, name FROM app.closed;
CREATE VIEW app.invoker_view WITH (security_invoker = true) AS SELECT id, name FROM app.closed;
CREATE VIEW app.above_invoker AS SELECT id FROM app.invoker_view;
CREATE VIEW app.weak_view AS SELECT id, name FROM app.closed;
CREATE VIEW app.ungranted_view AS SELECT id FROM app.open;
CREATE VIEW app.calling_view AS SELECT app.revoked(id) AS id FROM app.open;
CREATE VIEW app.parts_view WITH (security_invoker = true) AS SELECT id AS number, name AS title FROM app.parts;
CREATE VIEW app.secret_view WITH (security_invoker = true) AS SELECT id, name, secret FROM app.parts;
CREATE VIEW app.trigger_view WITH (security_invoker = true) AS SELECT id, name FROM app.readable;
CREATE FUNCTION app.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t INSTEAD OF INSERT OR UPDATE ON app.trigger_view FOR EACH ROW EXECUTE FUNCTION app.nothing();
GRANT SELECT, INSERT, UPDATE, DELETE ON app.closed_view, app.invoker_view, app.above_invoker, app.weak_view,
    app.calling_view, app.parts_view, app.secret_view, app.trigger_view TO clerk;
CREATE MATERIALIZED VIEW app.stored AS SELECT id FROM app.closed;
GRANT SELECT ON app.stored TO clerk;
GRANT USAGE, CREATE ON SCHEMA app TO weak;
ALTER VIEW app.weak_view OWNER TO weak;
ALTER FUNCTION app.reads_as_weak_owner OWNER TO weak;

CREATE TABLE app.secured (id int, owner text);
INSERT INTO app.secured VALUES (1, 'x');
ALTER TABLE app.secured ENABLE ROW LEVEL SECURITY;
CREATE TABLE app.seen (id int, owner text);
INSERT INTO app.seen VALUES (1, 'x');
ALTER TABLE app.seen ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON app.seen FOR SELECT TO clerk USING (true);
CREATE TABLE app.restricted (id int);
INSERT INTO app.restricted VALUES (1);
ALTER TABLE app.restricted ENABLE ROW LEVEL SECURITY;
CREATE POLICY less ON app.restricted AS RESTRICTIVE USING (true);
CREATE TABLE app.looked_up (id int);
INSERT INTO app.looked_up VALUES (1);
ALTER TABLE app.looked_up ENABLE ROW LEVEL SECURITY;
CREATE POLICY looks ON app.looked_up USING (id IN (SELECT c.id FROM app.closed AS c));
CREATE TABLE app.for_others (id int);
INSERT INTO app.for_others VALUES (1);
ALTER TABLE app.for_others ENABLE ROW LEVEL SECURITY;
CREATE POLICY others ON app.for_others TO weak USING (true);
CREATE TABLE app.owned (id int);
INSERT INTO app.owned VALUES (1);
ALTER TABLE app.owned ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.owned OWNER TO clerk;
GRANT SELECT, INSERT, UPDATE, DELETE ON app.secured, app.seen, app.restricted, app.looked_up, app.for_others TO clerk;
CREATE VIEW app.secured_view AS SELECT id, owner FROM app.secured;
GRANT SELECT ON app.secured_view TO clerk;
"""


@pytest.fixture(scope="module")
def connection(server: database.Server) -> Iterator[psycopg.Connection[TupleRow]]:
    """Lend a database to all tests, each of which undoes what it does."""
    with database.scratch(server) as connection:
        yield connection


@pytest.fixture(scope="module")
def role(connection: psycopg.Connection[TupleRow]) -> Iterator[str]:
    """Make the schema and two roles, which belong to the whole server; return the one that runs queries."""
    names = {word: f"{word}_{uuid4().hex[:12]}" for word in ("clerk", "weak")}
    for name in names.values():
        connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))
    text = SCHEMA
    for word, name in names.items():
        text = text.replace(f"TO {word}", f"TO {name}")
    connection.execute(text.encode())
    yield names["clerk"]
    for name in names.values():
        for drop in ("DROP OWNED BY {} CASCADE", "DROP ROLE {}"):
            connection.execute(sql.SQL(drop).format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def findings(connection: psycopg.Connection[TupleRow], role: str) -> Findings:
    """Return a function that says what keeps the role from running a statement."""
    catalog = describe.catalog(connection)
    privileges = describe.privileges(connection, [role])

    def call(statement: str) -> tuple[Diagnostic, ...]:
        text = f"-- name: q :exec\n{statement}"
        parsed = parse.query_file(SourceFile("queries/q.sql", text)).queries
        [description] = describe.queries(connection, catalog, parsed)
        assert isinstance(description, Description), description
        try:
            return infer.privilege_findings(description, catalog, privileges, role)
        except SqlgenError as error:
            return error.diagnostics

    return call
