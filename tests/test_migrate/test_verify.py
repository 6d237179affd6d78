import hashlib
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import migrate, parse, read
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.migration import Migration
from sqlgen.model.source import SourceFile

Connection = psycopg.Connection[TupleRow]

# Everything that a snapshot tells, each beside a change to it and what undoes that.
START = """
CREATE SCHEMA s;
CREATE TYPE s.mood AS ENUM ('sad', 'ok');
CREATE DOMAIN s.short AS text CHECK (length(VALUE) < 9);
CREATE TYPE s.pair AS (a int, b text);
CREATE TABLE s.t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int DEFAULT 1, x text, m s.mood);
CREATE TABLE s.p (id int, d date) PARTITION BY RANGE (d);
CREATE VIEW s.v AS SELECT n FROM s.t;
CREATE FUNCTION s.f(a int) RETURNS int LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION s.tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE SEQUENCE s.q;
"""
CHANGES = [
    ("CREATE TABLE s.u ()", "DROP TABLE s.u", "table s.u"),
    ("ALTER TABLE s.t ADD c int", "ALTER TABLE s.t DROP c", "column s.t.c"),
    ("ALTER TABLE s.t DROP x", "ALTER TABLE s.t ADD x text", "column s.t.x"),
    ("ALTER TABLE s.t ALTER x TYPE varchar(9)", "ALTER TABLE s.t ALTER x TYPE text", "column s.t.x"),
    ("ALTER TABLE s.t ALTER n SET DEFAULT 2", "ALTER TABLE s.t ALTER n SET DEFAULT 1", "default 2"),
    ("ALTER TABLE s.t ALTER n SET NOT NULL", "ALTER TABLE s.t ALTER n DROP NOT NULL", "not null"),
    ("ALTER TABLE s.t ADD CONSTRAINT k CHECK (n > 0)", "ALTER TABLE s.t DROP CONSTRAINT k", "constraint k on s.t"),
    ("CREATE INDEX i ON s.t (n)", "DROP INDEX s.i", "index s.i"),
    ("CREATE TABLE s.p1 PARTITION OF s.p DEFAULT", "DROP TABLE s.p1", "inherits s.p DEFAULT"),
    ("CREATE OR REPLACE VIEW s.v AS SELECT n, 1 AS o FROM s.t",
     "DROP VIEW s.v; CREATE VIEW s.v AS SELECT n FROM s.t", "view s.v"),
    ("CREATE OR REPLACE FUNCTION s.f(a int) RETURNS int LANGUAGE sql AS 'SELECT 2'",
     "CREATE OR REPLACE FUNCTION s.f(a int) RETURNS int LANGUAGE sql AS 'SELECT a'", "SELECT 2"),
    ("CREATE TRIGGER g BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.tf()",
     "DROP TRIGGER g ON s.t", "trigger g on s.t"),
    ("ALTER SEQUENCE s.q CYCLE", "ALTER SEQUENCE s.q NO CYCLE", "cycle"),
    ("ALTER TYPE s.pair ADD ATTRIBUTE c int", "ALTER TYPE s.pair DROP ATTRIBUTE c", "column s.pair.c"),
    ("ALTER DOMAIN s.short SET NOT NULL", "ALTER DOMAIN s.short DROP NOT NULL", "domain s.short"),
    ("GRANT SELECT ON s.t TO PUBLIC", "REVOKE SELECT ON s.t FROM PUBLIC", "=r/"),
    ("GRANT SELECT (n) ON s.t TO PUBLIC", "REVOKE SELECT (n) ON s.t FROM PUBLIC", "=r/"),
    ("REVOKE EXECUTE ON FUNCTION s.f FROM PUBLIC", "GRANT EXECUTE ON FUNCTION s.f TO PUBLIC", "=X/"),
    ("COMMENT ON COLUMN s.t.n IS 'no'", "COMMENT ON COLUMN s.t.n IS NULL", "-- no"),
    ("ALTER TABLE s.t ENABLE ROW LEVEL SECURITY; CREATE POLICY y ON s.t USING (n = 1)",
     "DROP POLICY y ON s.t; ALTER TABLE s.t DISABLE ROW LEVEL SECURITY", "policy y on s.t"),
    ("CREATE EXTENSION citext", "DROP EXTENSION citext", "extension citext"),
    ("CREATE STATISTICS s.st ON n, x FROM s.t", "DROP STATISTICS s.st", "statistics s.st"),
    ("CREATE AGGREGATE s.total(int) (SFUNC = int4pl, STYPE = int)", "DROP AGGREGATE s.total(int)", "total(integer)"),
]  # fmt: skip


@pytest.mark.parametrize(("up", "down", "expected"), CHANGES)
def test_a_change_is_reported_unless_it_is_undone(
    connection: Connection, up: str, down: str, expected: str
) -> None:
    good, bad = _migration(2, up, down), _migration(2, up, "SELECT 1")
    start = _migration(1, START, "DROP SCHEMA s CASCADE")
    assert migrate.verify(connection, [start, good]) == ()
    connection.execute("DROP SCHEMA s CASCADE; DROP EXTENSION IF EXISTS citext")
    (mismatch,) = migrate.verify(connection, [start, bad])
    assert mismatch.migration is bad
    assert expected in mismatch.diff


def test_the_diff_is_readable(connection: Connection) -> None:
    migrations = [
        _migration(1, "CREATE TABLE t (n int DEFAULT 1)", "DROP TABLE t"),
        _migration(
            2, "ALTER TABLE t ALTER n SET DEFAULT 2, ADD o text", "ALTER TABLE t DROP o"
        ),
    ]
    (mismatch,) = migrate.verify(connection, migrations)
    lines = [line for line in mismatch.diff.splitlines() if not line.startswith("@@")]
    assert lines == [
        "--- before",
        "+++ after down",
        "-column public.t.n: integer default 1",
        "+column public.t.n: integer default 2",
    ]


def test_the_clinic_can_be_reverted_with_rows(connection: Connection) -> None:
    root = Path(__file__).parents[2]
    migrations = parse.migrations(read.sources(root, "migrations"))
    seeds = read.sources(root, "seeds")
    assert migrate.verify(connection, migrations, seeds) == ()


def test_rows_may_violate_a_down_file(connection: Connection) -> None:
    migrations = [
        _migration(1, "CREATE TABLE t (n int NOT NULL)", "DROP TABLE t"),
        _migration(
            2,
            "ALTER TABLE t ALTER n DROP NOT NULL",
            "ALTER TABLE t ALTER n SET NOT NULL",
        ),
    ]
    assert migrate.verify(connection, migrations) == ()
    connection.execute("DROP TABLE t")
    with pytest.raises(
        SqlgenError, match='column "n" of relation "t" contains null values'
    ):
        migrate.verify(
            connection,
            migrations,
            [_source("seeds/a.sql", "INSERT INTO t VALUES (NULL)")],
        )


def _migration(version: int, up: str, down: str) -> Migration:
    return Migration(
        version=version,
        description="a",
        up=_source(f"migrations/{version}_a.up.sql", up),
        down=_source(f"migrations/{version}_a.down.sql", down),
    )


def _source(path: str, text: str) -> SourceFile:
    return SourceFile(path, text, hashlib.sha384(text.encode()).digest())
