import hashlib

import psycopg
import pytest
from psycopg.rows import TupleRow

from sqlgen import migrate
from sqlgen.migrate.adaptations.collations import collation_warning
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.migration import Migration
from sqlgen.model.source import SourceFile

Connection = psycopg.Connection[TupleRow]


def check(connection: Connection, text: str, expected: str) -> None:
    """Run *text* as a migration and compare `code line:column [marked] message (hint)`."""
    with pytest.raises(SqlgenError) as caught:
        migrate.execute(connection, _migration(text))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.label is not None
    span = diagnostic.label.span
    place = f"{span.line}:{span.column} [{span.text}]"
    actual = f"{diagnostic.code} {place} {diagnostic.message} ({diagnostic.hint})"
    assert actual == expected


def test_a_script_runs_as_one_transaction(connection: Connection) -> None:
    text = (
        "create table t (n int);\ninsert into t values (1);\ninsert into u values (1);"
    )
    check(connection, text, '42P01 3:13 [u] relation "u" does not exist ()')
    assert connection.execute("SELECT to_regclass('t')").fetchone() == (None,)


def test_a_position_counts_characters(connection: Connection) -> None:
    text = "select 'é𝄞';\r\n/* ß */ select nowhere.x;"
    expected = '42P01 2:16 [nowhere.x] missing FROM-clause entry for table "nowhere" ()'
    check(connection, text, expected)


def test_an_error_without_a_position_is_at_its_statement(
    connection: Connection,
) -> None:
    text = "create table t (n int primary key);\n;\n-- one\ninsert into t\n  values (1), (1);\nselect 1;"
    message = 'duplicate key value violates unique constraint "t_pkey"'
    check(connection, text, f"23505 4:1 [insert into t] {message} ()")


def test_an_error_inside_a_function_is_at_the_statement_that_calls_it(
    connection: Connection,
) -> None:
    text = "select 1;\ndo $$ begin perform 1 / 0; end $$;"
    check(
        connection,
        text,
        "22012 2:1 [do $$ begin perform 1 / 0; end $$] division by zero ()",
    )


def test_no_transaction_runs_statement_by_statement(connection: Connection) -> None:
    text = (
        "-- no-transaction\ncreate table t (n int);\ncreate index concurrently on t (n);\n"
        "insert into t (missing) values (1);"
    )
    check(
        connection,
        text,
        '42703 4:16 [missing] column "missing" of relation "t" does not exist ()',
    )
    assert connection.execute(
        "SELECT count(*) FROM pg_indexes WHERE tablename = 't'"
    ).fetchone() == (1,)


def test_the_hint_for_a_statement_outside_of_transactions(
    connection: Connection,
) -> None:
    message = "VACUUM cannot run inside a transaction block"
    hint = "write `-- no-transaction` as the migration's first line"
    check(connection, "select 1;\nvacuum", f"25001 2:1 [vacuum] {message} ({hint})")


def test_the_hint_for_a_missing_extension(connection: Connection) -> None:
    hint = (
        "put a stand-in (`nope.control` and `nope--1.0.sql`) into a folder that "
        "`[tool.sqlgen] extensions` names, or set `server` to a server that has the extension"
    )
    check(
        connection,
        "\ncreate extension nope;",
        f'0A000 2:1 [create extension nope] extension "nope" is not available ({hint})',
    )


def test_a_deferred_constraint_fails_at_the_end(connection: Connection) -> None:
    text = (
        "create table t (n int primary key, m int references t deferrable initially deferred);"
        "insert into t values (1, 2)"
    )
    message = 'insert or update on table "t" violates foreign key constraint "t_m_fkey"'
    check(connection, text, f"23503 1:1 [] {message} ()")


def test_data_cannot_be_copied_from_a_client(connection: Connection) -> None:
    text = "create table t (n int);\ncopy t from stdin;"
    message = "COPY from stdin failed: the script has no rows to copy"
    hint = "write the rows below it and end them with a line `\\.`, or use `INSERT`"
    check(connection, text, f"57014 2:1 [copy t from stdin] {message} ({hint})")
    migrate.execute(
        connection, _migration("select 1; copy (select 1) to stdout; select 2")
    )


def test_a_lost_connection_is_reported(connection: Connection) -> None:
    text = "select pg_terminate_backend(pg_backend_pid())"
    message = "terminating connection due to administrator command"
    check(connection, text, f"57P01 1:1 [{text}] {message} ()")


@pytest.mark.parametrize(
    "text", ["", "-- nothing", "-- no-transaction", ";;", "begin; commit;"]
)
def test_scripts_that_do_nothing(connection: Connection, text: str) -> None:
    migrate.execute(connection, _migration(text))


def test_settings_of_a_migration_do_not_affect_the_next(
    connection: Connection,
) -> None:
    migrate.execute(connection, _migration("set search_path = ''; set role pg_monitor"))
    migrate.execute(connection, _migration("create table t ()"))
    assert connection.execute("SELECT to_regclass('public.t')::text").fetchone() == (
        "t",
    )


def test_temporary_tables_of_a_migration_are_not_the_nexts(
    connection: Connection,
) -> None:
    for head in ("", "-- no-transaction\n"):
        migrate.execute(connection, _migration(f"{head}create temp table t (n int)"))
        migrate.execute(connection, _migration(f"{head}create table t (n text)"))
        kind = "select atttypid::regtype::text from pg_attribute where attrelid = 'public.t'::regclass and attname = 'n'"
        assert connection.execute(kind.encode()).fetchone() == ("text",)
        migrate.execute_script(
            connection, _migration("create temp table t (); drop table public.t").up
        )
        assert connection.execute("SELECT to_regclass('t')").fetchone() == (None,)


def _migration(text: str) -> Migration:
    source = SourceFile(
        "migrations/0001_a.up.sql", text, hashlib.sha384(text.encode()).digest()
    )
    transactional = not text.startswith("-- no-transaction")
    return Migration(
        version=1, description="a", up=source, down=None, transactional=transactional
    )


ICU = """
create table t (a text collate "und-x-icu", b text collate "de-x-icu");
create collation nat (provider = icu, locale = 'en-u-kn-true');
create collation if not exists s."Ci" (PROVIDER = 'icu', deterministic = false,
  locale = 'und-u-ks-level2');
"""


def test_icu_collations_are_replaced_on_a_server_without_icu(
    connection: Connection,
) -> None:
    connection.execute("CREATE SCHEMA s")
    migrate.execute(connection, _migration(ICU))
    migrate.execute(
        connection,
        _migration(
            "-- no-transaction\n"
            + ICU.replace(" t ", " u ").replace("nat", "n").replace("Ci", "I")
        ),
    )
    rows = connection.execute(
        "SELECT collname, collprovider::text FROM pg_collation"
        " WHERE oid >= 16384 AND collnamespace <> 'pg_catalog'::regnamespace ORDER BY 1"
    ).fetchall()
    assert [name for name, _ in rows] == ["Ci", "I", "n", "nat"]
    # A server that has ICU gets what the migration says, and nothing is said.
    icu = connection.execute(
        "SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu' AND collprovider = 'i'"
    ).fetchone()
    assert {provider for _, provider in rows} == {"i" if icu else "c"}
    warning = collation_warning(connection, [ICU])
    assert bool(warning) is (icu is None)
    if warning:
        names = '`und-x-icu`, `de-x-icu`, `nat`, `s."Ci"`'
        assert f"the collations {names} are C here, for data as well" in warning
    assert collation_warning(connection, ["SELECT 'icu'"]) == ""


def test_an_error_shows_the_file_as_it_is(connection: Connection) -> None:
    text = "create collation c (provider = icu, locale = 'und');\nselect 'icu', nope"
    check(connection, text, '42703 2:15 [nope] column "nope" does not exist ()')
    with pytest.raises(SqlgenError) as caught:
        migrate.execute(connection, _migration(text))
    label = caught.value.diagnostics[0].label
    assert label is not None
    assert label.span.source.text == text
