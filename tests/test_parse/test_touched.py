"""The tables that migrations touch, as far as their words tell."""

from collections.abc import Callable, Mapping

import pytest

from sqlgen import parse
from sqlgen.model.migration import Migration
from sqlgen.model.source import SourceFile

Find = Callable[
    [list[Migration], list[tuple[str, str]], list[str]],
    Mapping[tuple[str, str], tuple[str, ...]],
]


def touched(
    *texts: str, known: str = "a b c v t d q", find: Find = parse.touched_relations
) -> dict[str, str]:
    migrations = [
        Migration(version=n, description="", up=SourceFile(f"{n}.sql", text), down=None)
        for n, text in enumerate(texts, 1)
    ]
    names = [("public", name) for name in known.split()]
    names += [("billing", "a"), ("public", "Odd; Name")]
    result = find(migrations, names, ["public"])
    return {
        name if schema == "public" else f"{schema}.{name}": " ".join(
            path.removesuffix(".sql") for path in paths
        )
        for (schema, name), paths in result.items()
    }


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE a (b int REFERENCES c)",
        "create table if not exists public.A (id int)",
        'CREATE UNLOGGED TABLE "a" ()',
        "ALTER TABLE a ADD COLUMN b int",
        "ALTER TABLE IF EXISTS ONLY a ADD b int",
        "DROP TABLE a",
        "TRUNCATE a",
        "TRUNCATE TABLE ONLY a",
        "CREATE INDEX ON a (b)",
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY a USING gin (b)",
        "CREATE TRIGGER t BEFORE UPDATE OF b ON a FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE POLICY p ON a USING (true)",
        "COMMENT ON TABLE a IS 'of b'",
        "COMMENT ON COLUMN a.b IS 'x'",
        "COMMENT ON COLUMN public.a.b IS 'x'",
        "COMMENT ON CONSTRAINT c ON a IS 'x'",
        "INSERT INTO a SELECT * FROM c",
        "UPDATE a SET b = 1",
        "DELETE FROM ONLY a",
        "COPY a FROM STDIN",
        "CREATE MATERIALIZED VIEW a AS SELECT * FROM c",
        "CREATE OR REPLACE VIEW a AS TABLE b",
        "CREATE TYPE a AS ENUM ('b')",
        "ALTER TYPE a ADD VALUE 'x'",
        "CREATE DOMAIN a AS text",
        "COMMENT ON DOMAIN a IS 'x'",
        "COMMENT ON MATERIALIZED VIEW a IS 'x'",
        "/* b */ -- c\nALTER TABLE a ADD b int",
        "ALTER FOREIGN TABLE a ADD b int",
    ],
)
def test_statements_that_touch_a(statement: str) -> None:
    assert touched(f"{statement};") == {"a": "1"}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM a",
        "CREATE FUNCTION a() RETURNS int LANGUAGE sql AS $$ UPDATE a SET b = 1 $$",
        "DO $$ BEGIN DROP TABLE a; END $$",
        "CREATE SCHEMA a",
        "-- CREATE TABLE a ()",
        "SELECT 'CREATE TABLE a ()'",
        "GRANT SELECT ON a TO b",
        "CREATE",
        "COMMENT ON COLUMN a IS 'x'",
        "",
    ],
)
def test_statements_that_touch_nothing(statement: str) -> None:
    assert touched(f"{statement};") == {}


def test_several_tables_and_schemas() -> None:
    assert touched("DROP TABLE a, public.b; CREATE TABLE billing.a ();") == {
        "a": "1",
        "b": "1",
        "billing.a": "1",
    }
    assert touched('CREATE TABLE "Odd; Name" ();') == {"Odd; Name": "1"}


def test_a_table_keeps_its_migrations_under_a_new_name() -> None:
    assert touched(
        "CREATE TABLE old (id int);",
        "ALTER TABLE old RENAME TO a;",
        "ALTER TABLE a ADD COLUMN b int;",
        "ALTER TABLE a RENAME COLUMN b TO c;",
        "ALTER TABLE a RENAME b TO c;",
    ) == {"a": "1 2 3 4 5"}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE FUNCTION a() RETURNS int LANGUAGE sql AS $$ SELECT b() $$",
        "CREATE OR REPLACE PROCEDURE public.a(x int DEFAULT b(), OUT y text) LANGUAGE sql AS ''",
        "CREATE AGGREGATE a (int) (sfunc = b, stype = int)",
        "ALTER FUNCTION a(int) STRICT",
        "ALTER ROUTINE A SET search_path = public",
        "DROP FUNCTION IF EXISTS a(int, text)",
        "COMMENT ON FUNCTION a(int) IS 'b'",
        "COMMENT ON PROCEDURE a IS NULL",
    ],
)
def test_statements_that_touch_a_routine(statement: str) -> None:
    assert touched(f"{statement};", find=parse.touched_routines) == {"a": "1"}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE a (b int)",
        "SELECT a()",
        "CREATE TRIGGER t BEFORE UPDATE ON b FOR EACH ROW EXECUTE FUNCTION a()",
        "COMMENT ON TABLE a IS 'x'",
        "GRANT EXECUTE ON FUNCTION a() TO b",
        "DO $$ BEGIN DROP FUNCTION a(); END $$",
    ],
)
def test_statements_that_touch_no_routine(statement: str) -> None:
    assert touched(f"{statement};", find=parse.touched_routines) == {}


def test_several_routines_and_new_names() -> None:
    assert touched(
        "CREATE FUNCTION old(int) RETURNS int LANGUAGE sql AS 'SELECT 1';",
        "ALTER FUNCTION old(int) RENAME TO a;",
        "DROP FUNCTION a(int), billing.a, b(numeric(10, 2), text);",
        find=parse.touched_routines,
    ) == {"a": "1 2 3", "b": "3", "billing.a": "3"}
