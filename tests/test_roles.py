"""Builds for a role: what migrations grant and revoke counts, whatever earlier builds have cached."""

from pathlib import Path

import pytest

from sqlgen import build, read
from sqlgen.model.diagnostic import SqlgenError

QUERIES = """\
-- name: list_notes :many
SELECT id FROM notes;

-- name: forget_notes :exec
-- sqlgen: role notes_admin
DELETE FROM notes;
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("SQLGEN_NO_CACHE")
    root = tmp_path / "project"
    write(root, "pyproject.toml", '[tool.sqlgen]\nrole = "notes_app"\n')
    write(
        root,
        "migrations/0001_notes.sql",
        "CREATE TABLE notes (id int PRIMARY KEY);\n"
        "GRANT SELECT ON notes TO notes_app;\nGRANT DELETE ON notes TO notes_admin;\n",
    )
    write(root, "queries/notes.sql", QUERIES)
    return root


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def refused(root: Path) -> list[tuple[str, str]]:
    """Build, and return the code and the message of each error."""
    with pytest.raises(SqlgenError) as caught:
        build.build(read.config(root))
    return [(each.code, each.message) for each in caught.value.diagnostics]


def test_a_migration_that_revokes_is_noticed(root: Path) -> None:
    assert build.build(read.config(root)).changes
    assert build.build(read.config(root)).changes == ()
    write(root, "migrations/0002_less.sql", "REVOKE SELECT ON notes FROM notes_app;\n")
    message = "`notes_app` may not run `list_notes`: it needs SELECT on `public.notes`"
    assert refused(root) == [("missing-privilege", message)]
    write(root, "migrations/0003_more.sql", "GRANT SELECT ON notes TO PUBLIC;\n")
    assert build.build(read.config(root)).changes


def test_a_role_of_a_query_is_part_of_what_is_cached(root: Path) -> None:
    build.build(read.config(root))
    write(root, "queries/notes.sql", QUERIES.replace("notes_admin", "notes_app"))
    message = (
        "`notes_app` may not run `forget_notes`: it needs DELETE on `public.notes`"
    )
    assert refused(root) == [("missing-privilege", message)]
    write(root, "queries/notes.sql", QUERIES.replace("notes_admin", "none"))
    build.build(read.config(root))


def test_a_database_that_is_kept_is_asked_for_each_role(root: Path) -> None:
    """Use roles that PostgreSQL itself makes, with which the migrated database is kept."""
    write(root, "migrations/0001_notes.sql", "CREATE TABLE notes (id int);\n")
    write(root, "queries/notes.sql", QUERIES.replace("notes_admin", "none"))
    for role, refusals in (
        ("pg_monitor", 1),
        ("pg_read_all_data", 0),
        ("pg_write_all_data", 1),
    ):
        write(root, "pyproject.toml", f'[tool.sqlgen]\nrole = "{role}"\n')
        if refusals:
            assert len(refused(root)) == refusals
        else:
            build.build(read.config(root))


def test_an_unknown_role_is_one_error_at_the_setting(root: Path) -> None:
    write(root, "pyproject.toml", '[tool.sqlgen]\nrole = "it\'s"\n')
    assert refused(root) == [
        ("unknown-role", "no role `it's` exists after the migrations")
    ]


def test_a_superuser_may_run_everything(root: Path) -> None:
    write(
        root, "migrations/0002_super.sql", "CREATE ROLE notes_root SUPERUSER NOLOGIN;\n"
    )
    write(root, "pyproject.toml", '[tool.sqlgen]\nrole = "notes_root"\n')
    assert build.build(read.config(root)).changes
