"""Query files of aiosql: each form becomes the one of sqlgen that means the same."""

from pathlib import Path

import pytest

from sqlgen import build, read
from sqlgen.database import Server
from sqlgen.importers import import_project
from tests.test_importers.projects import Import, Project

SCHEMA = "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, age int);"
FORMS = {
    # The whole query for aiosql, and for sqlgen.
    "-- name: get-all\n-- All users.\nselect id, name from users;": (
        "-- name: get_all :many\n-- All users.\nselect id, name from users;\n"
    ),
    "-- name: get_user(id)^\n-- record_class: User\nselect * from users where id=:id": (
        "-- name: get_user :optional -> User\nselect * from users where id=:id;\n"
    ),
    "-- name: -get-specific\nselect id from users": (
        "-- name: get_specific :many\nselect id from users;\n"
    ),
    "-- name: count_users()$\nselect count(*) from users": (
        "-- name: count_users :one\nselect count(*) from users;\n"
    ),
    "-- name: name_of(id)$\nselect name from users where id = :id": (
        "-- name: name_of :optional\nselect name from users where id = :id;\n"
    ),
    "-- name: now $\nselect now()": "-- name: now :one\nselect now();\n",
    "-- name: add_user<!\ninsert into users values (:id, :name) returning id": (
        "-- name: add_user :one\ninsert into users values (:id, :name) returning id;\n"
    ),
    "-- name: add_new<!\ninsert into users values (:id, :name) on conflict do nothing returning id": (
        "-- name: add_new :optional\n"
        "insert into users values (:id, :name) on conflict do nothing returning id;\n"
    ),
    "-- name: add_plain<!\ninsert into users values (:id, :name)": (
        "-- name: add_plain :exec\ninsert into users values (:id, :name);\n"
    ),
    "-- name: rename(id, name)!\nupdate users set name = :name where id = :id": (
        "-- name: rename :execrows\nupdate users set name = :name where id = :id;\n"
    ),
    "-- name: add_many*!\ninsert into users values (:id, :name)": (
        "-- name: add_many :batch\ninsert into users values (:id, :name);\n"
    ),
    "-- name: no_select()\ndelete from users": "-- name: no_select :exec\ndelete from users;\n",
    "-- name: attributes(u)!\nupdate users set name = :u.name, age = :u.age where id = :u.id": (
        "-- name: attributes :execrows\n"
        "update users set name = :u_name, age = :u_age where id = :u_id;\n"
    ),
    "-- name: as_psycopg!\nupdate users set name = %(name)s where id = %(userId)s": (
        "-- name: as_psycopg :execrows\nupdate users set name = :name where id = :user_id;\n"
    ),
    "-- name: kept()^\nselect id::text, ':x', name[:1] from users where name ~ '^[a:b]' -- :c": None,
    "-- name: casts(a)$\nselect :a::int[]": "-- name: casts :one\nselect :a::int[];\n",
}
WITH_NOTES = {
    "-- name: percent()\nselect name from users where name like 'a%%' and id %% 2 = 0": (
        "-- name: percent :many\nselect name from users where name like 'a%' and id % 2 = 0;\n",
        "`%%` became `%`",
    ),
    "-- name: first(id)$\nselect name, age from users where id = :id": (
        "-- name: first :optional\nselect name, age from users where id = :id;\n",
        "gave the first value of the row",
    ),
}
LEFT_OUT = {
    "-- name: create#\ncreate table a (); create table b ();": "is a script",
    "-- name: places*!\ninsert into users values (%s, %s)": "without a name",
    "-- name: marks*!\ninsert into users values (?, ?)": "without a name",
    "-- name: get :one\nselect 1": "is no name with an operator",
    "-- name: empty\n": "no statement",
}


@pytest.mark.parametrize("query", [q for q, ours in FORMS.items() if ours])
def test_each_form(query: str, imported: Import, tmp_path: Path) -> None:
    result = imported("aiosql", {"sql/blog/users.sql": query}, "sql")
    assert result.problems == ()
    assert (tmp_path / "queries/users.sql").read_text() == FORMS[query]


@pytest.mark.parametrize("query", WITH_NOTES)
def test_what_means_something_else_is_told(
    query: str, imported: Import, tmp_path: Path
) -> None:
    result = imported("aiosql", {"users.sql": query}, "users.sql")
    ours, message = WITH_NOTES[query]
    assert (tmp_path / "queries/users.sql").read_text() == ours
    [note] = result.problems
    assert message in note.message


@pytest.mark.parametrize("query", LEFT_OUT)
def test_what_has_no_translation_is_told(query: str, imported: Import) -> None:
    files = {"sql/a.sql": f"-- name: good()\nselect 1 as one;\n\n{query}"}
    result = imported("aiosql", files, "sql")
    assert (result.left_out, result.files) == (1, {"queries/a.sql": ("good",)})
    [problem] = result.problems
    assert LEFT_OUT[query] in problem.message


def test_all_forms_build(project: Project, server: Server) -> None:
    text = "\n\n".join(
        f"{query.rstrip(';')};" for query, ours in (FORMS | WITH_NOTES).items() if ours
    )
    root = project({"sql/users.sql": text, "migrations/1_create.sql": SCHEMA})
    result = import_project(root, "aiosql", "sql", output=None, force=False)
    assert result.left_out == 0
    (root / "pyproject.toml").write_text(
        f'[tool.sqlgen]\nserver = "{server.conninfo}"\n'
    )
    plan = build.build(read.config(root))
    assert plan.warnings == ()


def test_folders_stay(imported: Import) -> None:
    text = "-- name: a\nselect 1 as one;"
    result = imported(
        "aiosql",
        {"sql/users/a.sql": text, "sql/users.sql": text, "sql/x/note.txt": ""},
        "sql",
    )
    assert sorted(result.files) == ["queries/users/a.sql", "queries/users_queries.sql"]
