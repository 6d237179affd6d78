"""SQLx's projects: each macro becomes a query of sqlgen that means the same."""

import json
from pathlib import Path

import pytest

from sqlgen import build, read
from sqlgen.database import Server
from sqlgen.importers import import_project
from sqlgen.importers.sqlx.rust_tokens import rust_tokens
from tests.test_importers.projects import Import, Project

SCHEMA = """
CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, email text, mood mood, settings jsonb);
"""
FORMS = {
    # The function's body in Rust, and the query for sqlgen.
    'sqlx::query!("SELECT id, name FROM users WHERE id = $1", id).fetch_one(&pool).await?': (
        "-- name: get :one\nSELECT id, name FROM users WHERE id = :id;\n"
    ),
    'query_as!(models::User, r#"SELECT id, name AS "name!" FROM users"#).fetch_all(db).await': (
        '-- name: get :many -> User\nSELECT id, name AS "name!" FROM users;\n'
    ),
    'query_scalar!("SELECT email FROM users WHERE id = $1", &user.id).fetch_optional(self.pool)': (
        "-- name: get :optional\nSELECT email FROM users WHERE id = :user_id;\n"
    ),
    'query_as!(User, "SELECT id, name FROM users").map(|u| u.id).fetch(&mut *tx)': (
        "-- name: get :stream -> User\nSELECT id, name FROM users;\n"
    ),
    'query!("INSERT INTO users (id, name) VALUES ($1, $2)", form.id, form.name.as_str()).execute(&p)': (
        "-- name: get :exec\nINSERT INTO users (id, name) VALUES (:id, :name);\n"
    ),
    'query!("DELETE FROM users").execute(&pool).await.map_err(E::from)?.rows_affected()': (
        "-- name: get :execrows\nDELETE FROM users;\n"
    ),
    'let q = query_unchecked!("SELECT id FROM users"); q.fetch_one(&p)': (
        "-- name: get :many\nSELECT id FROM users;\n"
    ),
    'query_as!(User, "INSERT INTO users (id, name) VALUES ($1, $2) RETURNING id, name;", 1, "x").fetch(&p)': (
        "-- name: get :many -> User\nINSERT INTO users (id, name) VALUES ($1, $2) RETURNING id, name;\n"
    ),
    'query!("SELECT id \\\n            FROM users " + "WHERE name = " + r"$1", self.name.clone()).fetch_one(&p)': (
        "-- name: get :one\nSELECT id FROM users WHERE name = :name;\n"
    ),
    'query!(r#"SELECT mood AS "mood: Mood", id AS "id!: i64", email AS "email?", settings AS "settings: _" FROM users"#)': (
        '-- name: get :many\nSELECT mood AS "mood", id AS "id!", email AS "email?", settings AS "settings" FROM users;\n'
    ),
    'query!("SELECT id FROM users WHERE id = ANY($1) AND name = $2 AND mood = $3", &ids[..] as &[i64], Utc::now(), mood as _)': (
        "-- name: get :many\nSELECT id FROM users WHERE id = ANY(:ids) AND name = :arg2 AND mood = :mood;\n"
    ),
    'query!("SELECT id FROM users WHERE name = $1 OR email = $2", id.0, Some(auth_id.id.to_string()),).fetch_all(&p)': (
        "-- name: get :many\nSELECT id FROM users WHERE name = :id OR email = :auth_id;\n"
    ),
    "query!(\"UPDATE users SET settings = $1 WHERE name LIKE '$2%' AND id = $2\", Json(&settings) as _, user.id())": (
        "-- name: get :exec\nUPDATE users SET settings = :settings WHERE name LIKE '$2%' AND id = :user_id;\n"
    ),
    'query!(\n        r##"\n        -- Of all.\n        SELECT id\n          FROM users\n        "##\n    ).fetch_all::<_>(&p)': (
        "-- name: get :many\n-- Of all.\nSELECT id\n  FROM users;\n"
    ),
    'query!("SELECT id FROM users WHERE name = $1 OR email = $2 LIMIT $3", options.tag, None::<String>, // none\n 20)': (
        "-- name: get :many\nSELECT id FROM users WHERE name = :tag OR email = :arg2 LIMIT :arg3;\n"
    ),
    'query_file!("sql/all.sql", id).fetch_all(&pool)': (
        "-- name: get :many\nSELECT id FROM users WHERE id > :id;\n"
    ),
}
NOTED = {
    'query!(r#"SELECT mood AS "mood: Mood", id AS "id!: i64", email AS "email?", settings AS "settings: _" FROM users"#)'
}
LEFT_OUT = {
    'query!("SELECT id FROM users WHERE id = ?", id)': "are not those of PostgreSQL",
    "query!(QUERY)": "is not a string",
    'query_file!("../../../etc/passwd")': "outside of the project",
    'query_file!("nowhere.sql")': "cannot be read",
    'query!("-- nothing")': "has no statement",
    'query!("SELECT 1; SELECT 2")': "2 statements",
    'query!(concat!("SELECT ", "1"))': "is not a string",
}
FILES = {
    "app/Cargo.toml": "",
    "app/sql/all.sql": "SELECT id FROM users WHERE id > $1;\n",
}


def rust(*bodies: str) -> str:
    functions = [
        f"    pub async fn get(id: i64) -> X {{\n    {body}\n    }}\n"
        for body in bodies
    ]
    return (
        '// query!("SELECT 0")\n/* query!("/* nested */") */\nconst C: char = \'"\';\nfn a<\'a>(x: fn(i32)) {}\n'
        f"impl<'a> Users {{\n{''.join(functions)}}}\n"
    )


@pytest.mark.parametrize("body", FORMS)
def test_each_form(body: str, imported: Import, tmp_path: Path) -> None:
    result = imported("sqlx", {**FILES, "app/src/users.rs": rust(body)}, "app")
    assert len(result.problems) == (body in NOTED)
    assert (tmp_path / "queries/users.sql").read_text() == FORMS[body]


@pytest.mark.parametrize("body", LEFT_OUT)
def test_what_has_no_translation_is_told(body: str, imported: Import) -> None:
    text = rust('query!("SELECT 1 AS one")', body)
    result = imported("sqlx", {**FILES, "app/src/users.rs": text}, "app")
    assert (result.left_out, result.files) == (1, {"queries/users.sql": ("get",)})
    [problem] = result.problems
    assert LEFT_OUT[body] in problem.message
    assert problem.label
    assert problem.label.span.line == 10


def test_all_forms_build(project: Project, server: Server) -> None:
    files = {
        **FILES,
        "app/src/users.rs": rust(*FORMS),
        "app/migrations/1_create.sql": SCHEMA,
    }
    root = project(files)
    result = import_project(root, "sqlx", "app", output=None, force=False)
    assert result.left_out == 0
    assert result.settings.text == '[tool.sqlgen]\nmigrations = "app/migrations"'
    settings = f'{result.settings.text}\nserver = "{server.conninfo}"\n'
    (root / "pyproject.toml").write_text(settings)
    plan = build.build(read.config(root))
    assert {warning.code for warning in plan.warnings} <= {
        "redundant-override",
        "may-return-many",
    }


def prepared(text: str, *columns: str, db: str = "PostgreSQL") -> str:
    described = {
        "columns": [
            {"ordinal": n, "name": name, "type_info": "Text"}
            for n, name in enumerate(columns)
        ],
        "parameters": {"Left": []},
        "nullable": [False for _ in columns],
    }
    return json.dumps(
        {"db_name": db, "query": text, "describe": described, "hash": "0f3a9c7b55"}
    )


def test_queries_that_only_the_prepared_ones_have(
    imported: Import, tmp_path: Path
) -> None:
    result = imported(
        "sqlx",
        {
            "src/main.rs": rust('query!("SELECT 1 AS one").fetch_one(&p)'),
            ".sqlx/query-1.json": prepared("SELECT 1 AS one", "one"),
            ".sqlx/query-2.json": prepared("SELECT id FROM users WHERE id = $1", "id"),
            ".sqlx/query-3.json": prepared("SELECT 3", "x", db="SQLite"),
            ".sqlx/query-4.json": "{",
        },
    )
    assert result.files == {
        "queries/main.sql": ("get",),
        "queries/sqlx_queries.sql": ("query_0f3a9c7b",),
    }
    assert "WHERE id = $1;" in (tmp_path / "queries/sqlx_queries.sql").read_text()
    assert [
        problem.message.split("` ")[1] for problem in reversed(result.problems)
    ] == ["is not JSON", "has no query for PostgreSQL"]


def test_the_prepared_queries_alone(imported: Import) -> None:
    old = {
        "db": "PostgreSQL",
        "0f3a9c7b55": json.loads(prepared("SELECT 1 AS one", "one")),
    }
    files = {
        "a/.sqlx/query-1.json": prepared("SELECT 1 AS one", "one"),
        "b/sqlx-data.json": json.dumps(old),
    }
    for path in ("a", "a/.sqlx", "b", "b/sqlx-data.json"):
        result = imported("sqlx", files, path)
        assert result.files == {"queries/sqlx_queries.sql": ("query_0f3a9c7b",)}


def test_rows_in_another_order_share_no_class(imported: Import, tmp_path: Path) -> None:
    one, other = "SELECT id, name FROM users", 'SELECT name AS "name!", id FROM users'
    literal = f'r#"{other}"#'
    text = rust(
        f'query_as!(User, "{one}")',
        f"query_as!(User, {literal})",
        'query_as!(Other, "SELECT 1")',
    )
    result = imported(
        "sqlx",
        {
            "src/main.rs": text,
            ".sqlx/query-1.json": prepared(one, "id", "name"),
            ".sqlx/query-2.json": prepared(other, "name!", "id"),
        },
    )
    written = (tmp_path / "queries/main.sql").read_text()
    assert "User" not in written
    assert "-> Other" in written
    [note] = result.problems
    assert "have different columns" in note.message


BROKEN = [
    '"',
    "'",
    'r#"',
    "/*",
    'query!("',
    "query!(",
    "fn",
    "fn x {",
    "}",
    'query!("SELECT 1"',
    "'\\u{",
    "query_as!()",
    "query!()",
]


@pytest.mark.parametrize("text", BROKEN)
def test_rust_that_never_ends(text: str, imported: Import) -> None:
    good = 'fn f() { query!("SELECT 1 AS one") }\n'
    result = imported("sqlx", {"src/main.rs": good + text})
    assert result.files["queries/main.sql"][0] == "f"


def test_tokens_of_rust() -> None:
    text = r"""a "x\n\x41\u{1F600}\\" b"y" r#"z"w"# 'c' '\'' 'a: 1.5 1..2 t.0.x c"d" r#type /* /* */ */ e"""
    values = [token.value for token in rust_tokens(text)]
    assert values == [
        *(
            "a",
            "x\nA\U0001f600\\",
            "y",
            'z"w',
            "'c'",
            r"'\''",
            "'a",
            ":",
            "1.5",
            "1",
            ".",
            ".",
            "2",
        ),
        *("t", ".", "0", ".", "x", "d", "type", "e"),
    ]
