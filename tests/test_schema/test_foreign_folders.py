"""`schema = "db/migrations"`: the migrations of other tools, of which the up sections make the schema."""

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


def test_a_changed_file_is_found_offline(tmp_path: Path, newest_server: Server) -> None:
    project = project_of(tmp_path, FOLDERS["dbmate"], newest_server.conninfo)
    build(project)
    path = "db/migrations/20240101000000_book.sql"
    write(project, {path: FOLDERS["dbmate"][Path(path).name] + "\n"})
    result = sqlgen(project, "check", "--offline")
    assert result.exit_code == 1
    assert f"the schema of `{path}` was changed" in result.stderr
