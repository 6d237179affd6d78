import pytest

from sqlgen import parse, report
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.migration import Migration
from sqlgen.model.source import SourceFile


def migrations(*names: str, text: str = "select 1;\n") -> tuple[Migration, ...]:
    return parse.migrations([SourceFile(f"migrations/{name}", text) for name in names])


def check(expected: str, *names: str) -> None:
    with pytest.raises(SqlgenError) as caught:
        migrations(*names)
    assert report.text(caught.value.diagnostics) == expected.strip("\n")


def test_both_forms_in_the_order_of_their_numbers() -> None:
    migrations_ = migrations(
        "10_c.sql", "0002_add_the.x.up.sql", "0002_add_the.x.down.sql", "1_é_日.up.sql"
    )
    assert [
        (m.version, m.description, m.up.path, m.down and m.down.path)
        for m in migrations_
    ] == [
        (1, "é 日", "migrations/1_é_日.up.sql", None),
        (
            2,
            "add the.x",
            "migrations/0002_add_the.x.up.sql",
            "migrations/0002_add_the.x.down.sql",
        ),
        (10, "c", "migrations/10_c.sql", None),
    ]


def test_none() -> None:
    assert migrations() == ()


@pytest.mark.parametrize(
    ("text", "transactional"),
    [
        ("-- no-transaction\ncreate index concurrently i on t (a);", False),
        ("-- no-transaction", False),
        ("\n-- no-transaction\n", True),
        ("--no-transaction\n", True),
        ("", True),
    ],
)
def test_transactional(text: str, transactional: bool) -> None:
    (migration,) = migrations("1_a.sql", text=text)
    assert migration.transactional is transactional


def test_the_largest_version() -> None:
    (migration,) = migrations(f"000{2**63 - 1}_a.sql")
    assert migration.version == 2**63 - 1


@pytest.mark.parametrize(
    "name",
    [
        "a_1.sql",
        "1.sql",
        "1_.sql",
        "1-a.sql",
        "_a.sql",
        "1_a.SQL",
        "-1_a.sql",
        "1_a.txt",
    ],
)
def test_bad_names(name: str) -> None:
    check(
        f"""
error[bad-migration-name]: `{name}` is not the name of a migration
 --> migrations/{name}:1:1
  |
1 | select 1;
  | ^
  |
  = hint: name it `NNNN_description.up.sql`, `.down.sql` or `.sql`
""",
        name,
    )


@pytest.mark.parametrize("version", [str(2**63), "9" * 5000])
def test_versions_that_are_too_large(version: str) -> None:
    name = f"{version}_a.sql"
    check(
        f"""
error[bad-migration-version]: the version of `{name}` is not a 64-bit integer
 --> migrations/{name}:1:1
  |
1 | select 1;
  | ^
  |
  = hint: use a number up to 9223372036854775807
""",
        name,
    )


def test_duplicate_versions_and_lone_down_files() -> None:
    check(
        """
error[duplicate-migration]: there is more than one migration of version 1
 --> migrations/1_b.up.sql:1:1
  |
1 | select 1;
  | ^
  |
 ::: migrations/01_a.sql:1:1
  |
1 | select 1;
  | - the first one
  |
  = hint: give one of them another version

error[down-without-up]: migration 2 has a down file, but no up file
 --> migrations/2_c.down.sql:1:1
  |
1 | select 1;
  | ^
  |
  = hint: add the up file of the same version, or remove this one

2 errors
""",
        "1_b.up.sql",
        "01_a.sql",
        "2_c.down.sql",
    )


def test_one_migration_in_both_forms() -> None:
    check(
        """
error[mixed-migration-forms]: migration 1 has a down file, but its up file is not `.up.sql`
 --> migrations/1_a.sql:1:1
  |
1 | select 1;
  | ^
  |
 ::: migrations/1_a.down.sql:1:1
  |
1 | select 1;
  | - the down file
  |
  = hint: rename the up file to end in `.up.sql`
""",
        "1_a.sql",
        "1_a.down.sql",
    )


@pytest.mark.parametrize(
    ("tool", "up", "down", "marker"),
    [
        ("goose", "-- +goose Up", "-- +goose Down", "-- +goose Down"),
        (
            "dbmate",
            "-- migrate:up",
            "-- migrate:down transaction:false",
            "-- migrate:down",
        ),
        ("sql-migrate", "-- +migrate Up", "-- +migrate Down", "-- +migrate Down"),
        ("micrate", "-- +micrate Up", "-- +micrate Down", "-- +micrate Down"),
        (
            "tern",
            "-- tern",
            "---- create above / drop below ----",
            "---- create above / drop below ----",
        ),
        (
            "node-pg-migrate",
            "-- Up Migration",
            "-- Down Migration",
            "-- Down Migration",
        ),
        ("MyBatis Migrations", "-- // First.", "-- //@UNDO", "-- //@UNDO"),
        ("Play", "-- !Ups", "# --- !Downs", "# --- !Downs"),
    ],
)
def test_files_of_other_tools_with_a_down_section(
    tool: str, up: str, down: str, marker: str
) -> None:
    text = f"{up}\nCREATE TABLE a ();\n\n{down}\nDROP TABLE a;\n"
    is_read = tool in ("goose", "dbmate", "sql-migrate", "tern")
    keep = f"; to keep {tool}, name the folder in `schema`" if is_read else ""
    with pytest.raises(SqlgenError) as caught:
        migrations("1_a.sql", text=text)
    assert (
        report.text(caught.value.diagnostics)
        == f"""\
error[foreign-migration]: this is a migration of {tool}, and its down section would be applied too
 --> migrations/1_a.sql:4:1
  |
4 | {down}
  | {"^" * len(marker)}
  |
  = hint: move what is below this line to `1_a.down.sql`, and name the rest `1_a.up.sql`{keep}"""
    )


def test_a_comment_that_speaks_of_a_down_migration_is_none() -> None:
    text = "-- Down migration: see the other file\n-- rollback by hand\nSELECT 1;\n"
    assert len(migrations("1_a.up.sql", text=text)) == 1


def test_a_file_that_is_split_may_keep_its_markers() -> None:
    assert len(migrations("1_a.up.sql", text="-- +goose Up\nSELECT 1;\n")) == 1
    up = SourceFile("migrations/1_a.up.sql", "-- migrate:up\n")
    down = SourceFile("migrations/1_a.down.sql", "-- migrate:down\n")
    assert len(parse.migrations([up, down])) == 1
