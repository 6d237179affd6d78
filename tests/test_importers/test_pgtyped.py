"""PgTyped's projects: each form becomes the one of sqlgen that means the same."""

from pathlib import Path

import pytest

from sqlgen import build, read
from sqlgen.database import Server
from sqlgen.importers import import_project
from tests.test_importers.projects import Import, Project

SCHEMA = "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, age int);"
FORMS = {
    # The whole query for PgTyped, and for sqlgen.
    "/* @name GetUser */\nSELECT * FROM users WHERE id = :userId;": (
        "-- name: get_user :many\nSELECT * FROM users WHERE id = :user_id;\n"
    ),
    "-- Above.\n/*\n  @name SomeUsers\n  Those of some ages.\n  @param ages -> (...)\n*/\n"
    "SELECT id FROM users WHERE age IN :ages AND id NOT IN :ages!": (
        "-- name: some_users :many\n-- Above.\n-- Those of some ages.\n"
        "SELECT id FROM users WHERE age = ANY(:ages) AND id <> ALL(:ages!);\n"
    ),
    "/* @name InBrackets\n @param ages -> (...) */\nSELECT id FROM users WHERE age in (:ages!) AND id NOT IN ( :ages ) AND (name IN (:a, :b))": (
        "-- name: in_brackets :many\n"
        "SELECT id FROM users WHERE age = ANY(:ages!) AND id <> ALL(:ages) AND (name IN (:a, :b));\n"
    ),
    "/* @name AddUser\n * @param user -> (id, name!, age)\n */\nINSERT INTO users VALUES :user RETURNING id": (
        "-- name: add_user :many\nINSERT INTO users VALUES (:id, :name!, :age) RETURNING id;\n"
    ),
    "/* @name Rename @param user -> (id, name) */\nUPDATE users SET (id, name) = :user WHERE id = :id": (
        "-- name: rename :exec\nUPDATE users SET (id, name) = (:id, :name) WHERE id = :id_2;\n"
    ),
    "/** @name NotNull */\nUPDATE users SET age = :age! WHERE id = :id!": (
        "-- name: not_null :exec\nUPDATE users SET age = :age! WHERE id = :id!;\n"
    ),
    '/* @name Columns */\nSELECT age AS "age!", name AS "name?", :a::int[] AS a FROM users': (
        '-- name: columns :many\nSELECT age AS "age!", name AS "name?", :a::int[] AS a FROM users;\n'
    ),
}
BULK = {
    "/* @name AddUsers @param users -> ((id, name)...) */\nINSERT INTO users (id, name) VALUES :users RETURNING *": (
        "-- name: add_users :batch\nINSERT INTO users (id, name) VALUES (:id, :name) RETURNING *;\n"
    ),
}
LEFT_OUT = {
    "/* @name Lists @param a -> (...) */\nSELECT f(:a)": "does not stand behind `IN`",
    "/* @name Rows @param a -> ((id, n)...) */\nSELECT * FROM (VALUES :a) AS v (id, n)": (
        "no list of rows to insert"
    ),
    "/* @name Odd @param a -> (x...) */\nSELECT :a": "expansion of `a` is not known",
    "/* @name Two */\nSELECT 1; SELECT 2": "2 statements",
}
TYPESCRIPT = """
import { sql } from '@pgtyped/runtime';
// const no = sql`SELECT 1`;
const text = "sql`SELECT 2`", other = `SELECT 3 ${text}`;
export const getUser = sql<IGetUserQuery>`
  SELECT * FROM users WHERE id = $userId! AND name <> '$name' AND name <> 'a\\`b'`;
const some = sql<Record<string, any>>`SELECT id FROM users WHERE age IN $$ages;`;
export const queries = { addUser: sql`INSERT INTO users (id, name) VALUES $user(id, name!)` };
export const addUsers: Tag<A> = sql`INSERT INTO users (id, name) VALUES $$users(id, name) RETURNING id`;
const computed = sql`SELECT ${column} FROM users`;
"""


@pytest.mark.parametrize("query", FORMS)
def test_each_form(query: str, imported: Import, tmp_path: Path) -> None:
    result = imported("pgtyped", {"src/users/users.sql": query}, "src")
    assert result.problems == ()
    assert (tmp_path / "queries/users.sql").read_text() == FORMS[query]


@pytest.mark.parametrize("query", BULK)
def test_lists_of_objects(query: str, imported: Import, tmp_path: Path) -> None:
    result = imported("pgtyped", {"users.sql": query}, "users.sql")
    [note] = result.problems
    assert "by a statement each" in note.message
    assert (tmp_path / "queries/users.sql").read_text() == BULK[query]


@pytest.mark.parametrize("query", LEFT_OUT)
def test_what_has_no_translation_is_told(query: str, imported: Import) -> None:
    files = {"a.sql": f"/* @name Good */ SELECT 1 AS one;\n\n{query}"}
    result = imported("pgtyped", files, "a.sql")
    assert (result.left_out, result.files) == (1, {"queries/a.sql": ("good",)})
    [problem] = result.problems
    assert LEFT_OUT[query] in problem.message
    assert problem.label
    assert problem.label.span.line >= 3


def test_templates_of_typescript(imported: Import, tmp_path: Path) -> None:
    result = imported(
        "pgtyped",
        {"src/users.ts": TYPESCRIPT, "src/node_modules/a.ts": TYPESCRIPT},
        "src",
    )
    assert (tmp_path / "queries/users.sql").read_text() == (
        "-- name: get_user :many\n"
        "SELECT * FROM users WHERE id = :user_id! AND name <> '$name' AND name <> 'a`b';\n\n"
        "-- name: some :many\nSELECT id FROM users WHERE age = ANY(:ages);\n\n"
        "-- name: add_user :exec\nINSERT INTO users (id, name) VALUES (:id, :name!);\n\n"
        "-- name: add_users :batch\nINSERT INTO users (id, name) VALUES (:id, :name) RETURNING id;\n"
    )
    bulk, computed = result.problems
    assert "by a statement each" in bulk.message
    assert "is put together when it runs" in computed.message


def test_all_forms_build(project: Project, server: Server) -> None:
    text = "\n\n".join(f"{query.rstrip(';')};" for query in (*FORMS, *BULK))
    files = {
        "src/a.sql": text,
        "src/b.ts": TYPESCRIPT,
        "migrations/1_create.sql": SCHEMA,
    }
    root = project(files)
    result = import_project(root, "pgtyped", "src", output=None, force=False)
    assert result.left_out == 1
    (root / "pyproject.toml").write_text(
        f'[tool.sqlgen]\nserver = "{server.conninfo}"\n'
    )
    plan = build.build(read.config(root))
    assert plan.warnings == ()
