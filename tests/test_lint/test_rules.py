"""The warnings about migrations, and statements without a warning."""

from dataclasses import replace

import pytest

from sqlgen import lint
from sqlgen.model.migration import Migration
from sqlgen.model.source import SourceFile

ITEMS = "CREATE TABLE items (id int PRIMARY KEY, name text);"


def check(text: str, expected: list[str], *before: str, down: bool = True) -> None:
    """Lint *text* after the migrations *before*, and compare each warning as `code line`."""
    migrations = [
        _migration(number, script, down=down or number == 1)
        for number, script in enumerate((*(before or (ITEMS,)), text), start=1)
    ]
    warnings = lint.lint_newest(migrations)
    assert warnings == lint.lint(migrations)[-len(warnings) or 99 :]
    places = [f"{d.code} {d.label.span.line}" for d in warnings if d.label]
    assert places == expected
    assert all(d.hint for d in warnings)
    for d in warnings:
        is_error = d.code in ("unknown-directive", "unknown-warning")
        assert d.severity == ("error" if is_error else "warning")


ADD = "ALTER TABLE items ADD a int NOT NULL"


def test_a_column_of_a_renamed_table() -> None:
    rename = "ALTER TABLE items RENAME TO things"
    add = "ALTER TABLE things ADD a int NOT NULL"
    check(add, ["not-null-without-default 1"], ITEMS, rename)
    check(ADD, [], ITEMS, rename)
    check(ADD, [], ITEMS, "DROP TABLE IF EXISTS a, items")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ALTER TABLE items ADD COLUMN a int NOT NULL", 1),
        (
            "ALTER TABLE IF EXISTS ONLY public.items\n  ADD a int,\n  ADD b int not null",
            3,
        ),
        ("ALTER TABLE items ADD COLUMN IF NOT EXISTS a int PRIMARY KEY", 1),
        ("ALTER TABLE items ADD a text CHECK (a <> 'default') NOT NULL", 1),
    ],
)
def test_a_required_column_without_a_value(text: str, line: int) -> None:
    check(text, [f"not-null-without-default {line}"])


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE items ADD a int NOT NULL DEFAULT 1",
        "ALTER TABLE items ADD a int GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "ALTER TABLE items ADD a bigserial NOT NULL",
        "ALTER TABLE items ADD a int CHECK (a IS NOT NULL)",
        "ALTER TABLE items ADD CONSTRAINT k CHECK (name IS NOT NULL)",
        "ALTER TABLE items ADD CONSTRAINT k NOT NULL name",
        "ALTER TABLE items ADD PRIMARY KEY (id)",
        "ALTER TABLE items ALTER name SET NOT NULL",
        "CREATE TABLE t (id int); ALTER TABLE t ADD a int NOT NULL",
    ],
)
def test_columns_with_a_value_for_existing_rows(text: str) -> None:
    check(text, [])


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE items ALTER COLUMN id TYPE bigint",
        "CREATE INDEX ON items (name)",
        "ALTER TABLE items ALTER name SET NOT NULL",
    ],
)
def test_what_is_measured_is_not_guessed(text: str) -> None:
    check(text, [])
    for code in (*lint.MEASURED, "column-type-change"):
        check(f"-- sqlgen: allow {code}\n{text}", [])


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE a (id int);\nCREATE TABLE b (id int);",
        "CREATE TABLE a (id int);\nALTER TABLE items ADD price int;",
        "DROP TABLE items;\nCREATE TABLE b (id int);",
    ],
)
def test_several_changes(text: str) -> None:
    check(text, ["several-changes 2"])


@pytest.mark.parametrize(
    "text",
    [
        """CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE a (m mood);
        CREATE INDEX ON a (m); COMMENT ON TABLE a IS 'b';""",
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a);",
        "CREATE TABLE a (id int PRIMARY KEY); ALTER TABLE items ADD a int REFERENCES a;",
        """CREATE TABLE log (t text); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO log VALUES ('x'); END $$;
        CREATE TRIGGER x AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION f();""",
        "ALTER TABLE items ADD a int; ALTER TABLE others ADD b int;",
        "CREATE EXTENSION citext; CREATE TABLE a (n citext); INSERT INTO b VALUES (1);",
    ],
)
def test_one_change(text: str) -> None:
    check(text, [])


def test_a_first_migration_may_be_a_whole_schema() -> None:
    migrations = [_migration(1, "CREATE TABLE a (); CREATE TABLE b ();")]
    assert lint.lint(migrations) == ()


def test_a_missing_down_file() -> None:
    check("SELECT 1", ["missing-down-file 1"], down=False)
    simple = [_migration(1, ITEMS, down=False), _migration(2, "SELECT 1", down=False)]
    assert lint.lint(simple) == ()


@pytest.mark.parametrize(
    ("text", "is_reported"),
    [
        ("", True),
        ("\n\n", True),
        ("-- Change number 2.\n", True),  # as `sqlgen migrate new` writes it
        ("-- change NUMBER 2", True),
        (";;", True),
        ("-- Add migration script here\n", True),  # as SQLx writes it
        ("-- no-transaction\n", False),
        ("-- Change number 2.\n-- Nothing to do any more: see number 3.\n", False),
        ("-- sqlgen: allow empty-migration\n", False),
        ("SELECT 1", False),
    ],
)
def test_a_migration_without_statements(text: str, is_reported: bool) -> None:
    items = _migration(1, ITEMS, down=True)
    up = SourceFile("migrations/0002_change_number_2.up.sql", text)
    empty = replace(_migration(2, "", down=True), up=up, description="change_number 2")
    codes = ["empty-migration"] * is_reported
    assert [d.code for d in lint.lint_newest([items, empty])] == codes
    assert [d.code for d in lint.empty_migrations([items, empty])] == codes


def test_a_file_may_allow() -> None:
    check(f"-- sqlgen: allow not-null-without-default\n{ADD}", [])
    check(
        f"{ADD}; -- why\n  --sqlgen: allow several-changes,not-null-without-default",
        [],
    )
    check(
        f"-- sqlgen: allow not-null\n{ADD}",
        ["unknown-warning 1", "not-null-without-default 2"],
    )
    check(
        f"-- sqlgen: alow not-null-without-default\n{ADD}",
        ["unknown-directive 1", "not-null-without-default 2"],
    )
    check("SELECT $$\n-- sqlgen: alow blocking-index\n$$", [])


def test_a_code_of_an_earlier_release_allows_that_of_today() -> None:
    source = SourceFile("1_a.sql", "-- sqlgen: allow column-type-change")
    assert lint.allowed(source) == {"column-type-change", "table-rewrite"}


def test_all_migrations_or_the_newest() -> None:
    migrations = [_migration(1, ITEMS), _migration(2, ADD), _migration(3, "SELECT 1")]
    assert [d.code for d in lint.lint(migrations)] == ["not-null-without-default"]
    assert lint.lint_newest(migrations) == ()


@pytest.mark.parametrize("text", ["ALTER", "CREATE TABLE", "CREATE INDEX ON"])
def test_incomplete_statements_give_no_warning(text: str) -> None:
    check(text, [])


def _migration(version: int, text: str, *, down: bool = True) -> Migration:
    return Migration(
        transactional=not text.startswith("-- no-transaction"),
        version=version,
        description="a",
        up=SourceFile(f"migrations/{version}_a.up.sql", text),
        down=SourceFile(f"migrations/{version}_a.down.sql", "") if down else None,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BEGIN;\nALTER TABLE items ADD a int;\nCOMMIT;", [1, 3]),
        ("start  transaction;\nEND WORK", [1, 2]),
        ("rollback", [1]),
        ("-- no-transaction\nBEGIN; COMMIT;", []),
        ("SAVEPOINT a; ROLLBACK TO a; rollback work to savepoint a;", []),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END;", []),
        ("DO $$ BEGIN COMMIT; END $$;", []),
    ],
)
def test_transactions_in_a_transaction(text: str, expected: list[int]) -> None:
    check(text, [f"transaction-control {line}" for line in expected])


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("ALTER TABLE items DROP COLUMN name;", ["name"]),
        (
            'alter table public.items drop if exists "name", add a int, drop id',
            ["name", "id"],
        ),
        ("ALTER TABLE items DROP CONSTRAINT name;", []),
        ("ALTER TABLE items ALTER COLUMN name DROP NOT NULL;", []),
        ("ALTER TABLE others DROP COLUMN name;", []),
        ("ALTER TABLE items DROP COLUMN unused;", []),
        (
            "-- sqlgen: allow dropped-column-in-use\nALTER TABLE items DROP COLUMN name;",
            [],
        ),
    ],
)
def test_a_dropped_column_that_queries_use(text: str, columns: list[str]) -> None:
    users = {
        ("items", "name"): ("get_item", "add_item"),
        ("items", "id"): ("get_item",),
    }
    migrations = [_migration(1, ITEMS, down=True), _migration(2, text, down=True)]
    warnings = [
        d for d in lint.lint(migrations, users) if d.code == "dropped-column-in-use"
    ]
    messages = [
        f"`items.{name}` is still used by "
        + ", ".join(f"`{query}`" for query in users["items", name])
        for name in columns
    ]
    assert [d.message for d in warnings] == messages
