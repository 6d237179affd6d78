"""`schema = "db/migrations"`: the migrations of other tools, of which the up sections make the schema."""

import re
from pathlib import Path

import pytest

from sqlgen.database import Server
from tests.test_schema.projects import QUERY, build, sqlgen, write

BOOK = "CREATE TABLE book (id int PRIMARY KEY, title text);\n"
CHANGE = (
    "ALTER TABLE book ADD subtitle text;\nALTER TABLE book ALTER title SET NOT NULL;\n"
)
# What would fail, or change the result, if the down section ran, or the files in the order of their names.
UNDO = "DROP TABLE book;\n"

FOLDERS: dict[str, dict[str, str]] = {
    "dbmate": {
        "20240101000000_book.sql": f"-- migrate:up\n{BOOK}\n-- migrate:down\n{UNDO}",
        "20240102000000_change.sql": (
            f"-- migrate:up transaction:false\n{CHANGE}"
            "CREATE INDEX CONCURRENTLY i ON book (title);\n-- migrate:down\n"
        ),
    },
    "goose": {
        "9_book.sql": (
            f"-- +goose Up\n-- +goose StatementBegin\n{BOOK}-- +goose StatementEnd\n"
            f"-- +goose Down\n{UNDO}"
        ),
        "10_change.sql": (
            f"-- +goose NO TRANSACTION\n-- +goose Up\n{CHANGE}"
            "CREATE INDEX CONCURRENTLY i ON book (title);\n"
        ),
    },
    "Flyway": {
        "V1.9__book.sql": BOOK,
        "V1_10__change.sql": f"{CHANGE}DROP VIEW IF EXISTS titles;\n",
        "R__titles.sql": "CREATE OR REPLACE VIEW titles AS SELECT subtitle FROM book;\n",
        "U1.9__book.sql": UNDO,
        "more/V2__index.sql": "CREATE INDEX CONCURRENTLY i ON book (title);\n",
    },
    "Flyway with a baseline": {
        "V1__old.sql": "SELECT 1 / 0;",
        "B2__book.sql": BOOK,
        "V2__older.sql": "SELECT 1 / 0;",
        "V3__change.sql": CHANGE,
    },
    "Flyway with callbacks": {
        "beforeMigrate.sql": "CREATE TABLE steps (step text);\n",
        "beforeEachMigrate__2.sql": "INSERT INTO steps VALUES ('each 2');\n",
        "beforeEachMigrate.sql": "INSERT INTO steps VALUES ('each');\n",
        "V1.sql": f"{BOOK}INSERT INTO steps VALUES ('book');\n",
        "V2__change.sql": f"{CHANGE}INSERT INTO steps VALUES ('change');\n",
        "afterEachMigrate.sql": "INSERT INTO steps VALUES ('after');\n",
        "sub/afterVersioned.sql": "INSERT INTO steps VALUES ('versioned');\n",
        "beforeRepeatables.sql": "INSERT INTO steps VALUES ('repeatables');\n",
        "R__b.sql": "INSERT INTO steps VALUES ('b');\n",
        "R__a_c.sql": "INSERT INTO steps VALUES ('a c');\n",
        "afterMigrateApplied.sql": "INSERT INTO steps VALUES ('applied');\n",
        "afterMigrate.sql": """
            DO $$ BEGIN ASSERT (SELECT string_agg(step, ', ') FROM steps) = concat_ws(', ',
                'each', 'each 2', 'book', 'after', 'each', 'each 2', 'change', 'after', 'versioned',
                'repeatables', 'each', 'each 2', 'a c', 'after', 'each', 'each 2', 'b', 'after',
                'applied'), (SELECT string_agg(step, ', ') FROM steps); END $$;
            """,
        **dict.fromkeys(
            ["beforeClean.sql", "afterMigrateError.sql", "afterUndo__x.sql"], UNDO
        ),
    },
    "Flyway with settings of scripts": {
        "V1__book.sql": f"{BOOK}COMMENT ON TABLE book IS '${{none}}';",
        "V1__book.sql.conf": "placeholderReplacement=false\n",
        "V2__change.sql": f"{CHANGE}DROP INDEX CONCURRENTLY IF EXISTS i;",
        "V3__vacuum.sql": "VACUUM book;",
        "V3__vacuum.sql.conf": "executeInTransaction = false\n",
    },
    "golang-migrate": {
        "9_book.up.sql": BOOK,
        "9_book.down.sql": UNDO,
        "10_change.up.sql": CHANGE,
        "10_change.down.sql": "SELECT 1 / 0;",
    },
    "sql-migrate": {
        "9-book.sql": f"-- +migrate Up\n{BOOK}\n-- +migrate Down\n{UNDO}",
        "10-change.sql": (
            f"-- +migrate Up notransaction\n{CHANGE}"
            "CREATE INDEX CONCURRENTLY i ON book (title);\n-- +migrate Down\n"
        ),
    },
    "sql-migrate with several sections": {
        "1-book.sql": (
            f"-- +migrate Down\n{UNDO}-- +migrate Up\n{BOOK}-- +migrate Down\nSELECT 1 / 0;\n"
            "-- +migrate Up\nALTER TABLE book ADD subtitle text;\n"
        ),
        "more.sql": "-- +migrate Up\nALTER TABLE book ALTER title SET NOT NULL;\n",
    },
    "dbmate with several sections": {
        "10_change.sql": (
            f"-- migrate:up\n{BOOK}-- migrate:down\n{UNDO}"
            "-- migrate:up\nALTER TABLE book ADD subtitle text;\n-- migrate:down\n"
        ),
        # dbmate sorts names, not numbers.
        "9_more.sql": "-- migrate:up\nALTER TABLE book ALTER title SET NOT NULL;\n",
    },
    "tern": {
        "9_book.sql": f"{BOOK}\n---- create above / drop below ----\n{UNDO}",
        "10_change.sql": CHANGE,
    },
    "Prisma": {
        "20240101000000_book/migration.sql": BOOK,
        "20240102000000_change/migration.sql": CHANGE,
        "migration_lock.toml": 'provider = "postgresql"\n',
    },
    "Supabase": {
        "20240101000000_book.sql": f"{BOOK}ALTER TABLE book ENABLE ROW LEVEL SECURITY;\n",
        "20240102000000_change.sql": (
            f"{CHANGE}CREATE POLICY p ON book TO authenticated USING (true);\n"
            "GRANT SELECT ON book TO anon;\nALTER TABLE book OWNER TO nobody_here;\n"
            "DROP TABLE IF EXISTS none;\n"
        ),
        "20240103000000_less.sql": "DROP POLICY p ON book;\nCREATE TABLE gone ();\n",
        "20240104000000_gone.sql": "DROP TABLE gone;\n",
    },
}


def project_of(root: Path, files: dict[str, str], server: str = "embedded") -> Path:
    settings = f"[tool.sqlgen]\nschema = 'db/migrations'\nserver = '{server}'\n"
    folder = {f"db/migrations/{name}": text for name, text in files.items()}
    return write(
        root, {"pyproject.toml": settings, "queries/books.sql": QUERY, **folder}
    )


@pytest.mark.parametrize("tool", FOLDERS)
def test_the_up_sections_make_the_schema(
    tmp_path: Path, server: Server, tool: str
) -> None:
    project = project_of(tmp_path, FOLDERS[tool], server.conninfo)
    assert "title: str\n    subtitle: str | None\n" in build(project)
    assert "warning" not in sqlgen(project, "check").stderr
    assert sqlgen(project, "check", "--offline").exit_code == 0
    refused = sqlgen(project, "migrate", "up", "--database-url", server.conninfo)
    assert refused.exit_code == 2
    assert "the schema comes from `db/migrations`" in refused.stderr


@pytest.mark.parametrize(
    ("files", "message", "place"),
    [
        (
            {"1_a.sql": "-- migrate:up\nSELECT 1;\nSELECT nowhere;\n-- migrate:down\n"},
            'column "nowhere" does not exist',
            "1_a.sql:3:8",
        ),
        (
            {"1_a.sql": "-- +goose Up\n-- +goose ENVSUB ON\nSELECT ${A};"},
            "[replaced-text]: goose replaces this before it runs the file",
            "1_a.sql:2:1",
        ),
        (
            {"V1__a.sql": "CREATE TABLE ${prefix}a ();"},
            "[replaced-text]: Flyway replaces this",
            "V1__a.sql:1:14",
        ),
        (
            {
                "1_a.sql": '{{ template "x" }}\n---- create above / drop below ----\n{{1}}'
            },
            "[replaced-text]: tern replaces this",
            "1_a.sql:1:1",
        ),
        (
            {"1_a.sql": "-- migrate:up\nSELECT 1;", "2_b.sql": "SELECT 2;"},
            "[no-up-section]: the file has no up section, as migrations of dbmate have",
            "2_b.sql:1:1",
        ),
        (
            {"1_a.sql": "-- migrate:up\n\\i other.sql\n"},
            "[psql-command]",
            "1_a.sql:2:1",
        ),
        (
            {"readme.sql": "SELECT 1;"},
            "[unknown-migrations]: the folder `db/migrations` has no migrations of a tool",
            "",
        ),
    ],
)
def test_what_cannot_be_read(
    tmp_path: Path,
    newest_server: Server,
    files: dict[str, str],
    message: str,
    place: str,
) -> None:
    project = project_of(tmp_path, files, newest_server.conninfo)
    result = sqlgen(project, "build")
    assert result.exit_code == 1
    assert message in result.stderr
    assert place in result.stderr


FILES_IN_GO = "goose may run these files, and sqlgen does not: `db/migrations/2_b.go`"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"1_a.sql": "-- +goose Up\n", "2_b.go": "package x", "b_test.go": ""},
            FILES_IN_GO,
        ),
        (
            {"1_a.up.sql": BOOK, "1_a.down.sql": UNDO, "2_b.up.pgsql": CHANGE},
            "golang-migrate may run these files, and sqlgen does not: `db/migrations/2_b.up.pgsql`",
        ),
        (
            {"V1__a.sql": BOOK, "V2__b.kt": "", "R__c.py": "", "util.py": ""},
            (
                "Flyway may run these files, and sqlgen does not: `db/migrations/R__c.py`,"
                " `db/migrations/V2__b.kt`"
            ),
        ),
        (
            {
                "V1__a.sql": BOOK,
                "afterEachMigrateStatement.sql": "",
                "beforeInfo.sql": "",
            },
            "sqlgen does not: `db/migrations/afterEachMigrateStatement.sql`",
        ),
        (
            {"V1__a.sql": BOOK, "V2_b.sql": CHANGE, "v3__c.sql": "", "R_d.sql": ""},
            (
                "Flyway passes over these files because of their names, and so does sqlgen:"
                " `db/migrations/R_d.sql`, `db/migrations/V2_b.sql`, `db/migrations/v3__c.sql`"
            ),
        ),
        (
            {
                "1_a.sql": f"-- migrate:up\n{BOOK}",
                **{f"x{n}.sql": "" for n in range(9)},
            },
            (
                "dbmate passes over these files because of their names, and so does sqlgen:"
                " `db/migrations/x0.sql`, `db/migrations/x1.sql`, `db/migrations/x2.sql` and 6 more"
            ),
        ),
        (
            {"V1__a.sql": BOOK, "V1__a.sql.conf": "shouldExecute=false\n"},
            "follows the setting `shouldexecute` in `db/migrations/V1__a.sql.conf`",
        ),
        (
            {"V1__a.sql": BOOK, "beforeEachMigrate.sql": "SET search_path = x;"},
            "Flyway runs each migration in the session of this script, and sqlgen in another one",
        ),
    ],
)
def test_what_is_not_run_is_a_warning(
    tmp_path: Path, newest_server: Server, files: dict[str, str], message: str
) -> None:
    project = project_of(tmp_path, files, newest_server.conninfo)
    write(project, {"queries/books.sql": "-- name: one :one\nSELECT 1 AS one;\n"})
    for command in ("build", "check"):
        result = sqlgen(project, command)
        assert result.exit_code == 0
        assert message in " ".join(result.stderr.split())
        assert result.stderr.count("warning[") == 1


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        (
            "flyway.conf",
            (
                "flyway.password=hunter2\nflyway.locations=filesystem:./db/migrations\n"
                "flyway.sqlMigrationPrefix = V\nflyway.placeholders.x=1\n# flyway.target=3\n"
            ),
            [],
        ),
        (
            "flyway.conf",
            "flyway.locations=filesystem:db/migrations,filesystem:db/views\nflyway.target=3\n",
            ["locations", "target"],
        ),
        ("db/flyway.conf", "flyway.initSql=SET ROLE x -- hunter2\n", ["initSql"]),
        (
            "flyway.toml",
            (
                '[environments.default]\npassword = "hunter2"\n[flyway]\n'
                'locations = ["filesystem:migrations"]\nsqlMigrationSuffixes = [".sql"]\n'
                "sqlMigrationPrefix = 'X'\nskipDefaultCallbacks = true\n"
            ),
            ["skipDefaultCallbacks", "sqlMigrationPrefix"],
        ),
        ("flyway.toml", "[flyway\n", []),
        ("db/conf/flyway.conf", "flyway.schemas=a,b\n", ["schemas"]),
    ],
)
def test_settings_of_flyway(
    tmp_path: Path, newest_server: Server, path: str, text: str, names: list[str]
) -> None:
    project = project_of(tmp_path, {"V1__a.sql": BOOK}, newest_server.conninfo)
    write(project, {path: text})
    write(project, {"queries/books.sql": "-- name: one :one\nSELECT 1 AS one;\n"})
    result = sqlgen(project, "build")
    assert result.exit_code == 0
    found = re.findall(r"follows the setting `(\w+)` in `(.+)`", result.stderr)
    assert found == [(name, path) for name in names]
    everything = result.stderr + result.stdout
    lock = (project / "generated/.sqlgen/schema.json").read_text()
    assert "hunter2" not in everything + lock


def test_classes_of_flyway_are_beside_the_resources(
    tmp_path: Path, newest_server: Server
) -> None:
    folder = "src/main/resources/db/migration"
    settings = (
        f"[tool.sqlgen]\nschema = '{folder}'\nserver = '{newest_server.conninfo}'\n"
    )
    project = write(
        tmp_path,
        {
            "pyproject.toml": settings,
            f"{folder}/V1__a.sql": BOOK,
            "src/main/java/db/migration/V2__Fill.java": "",
            "src/main/java/db/Other.java": "",
            "queries/books.sql": "-- name: one :one\nSELECT 1 AS one;\n",
        },
    )
    result = sqlgen(project, "build")
    assert (
        "sqlgen does not: `src/main/java/db/migration/V2__Fill.java`" in result.stderr
    )


def test_a_changed_file_is_found_offline(tmp_path: Path, newest_server: Server) -> None:
    project = project_of(tmp_path, FOLDERS["dbmate"], newest_server.conninfo)
    build(project)
    path = "db/migrations/20240101000000_book.sql"
    write(project, {path: FOLDERS["dbmate"][Path(path).name] + "\n"})
    result = sqlgen(project, "check", "--offline")
    assert result.exit_code == 1
    assert f"the schema of `{path}` was changed" in result.stderr
