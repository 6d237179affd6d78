"""Diagnostics of texts that nobody has saved, at their places."""

import pytest

from sqlgen.database import Server
from sqlgen.embedded.programs import binaries
from tests.test_lsp.conftest import FILES, Editor

PATIENTS = "queries/patients.sql"
VISITS = "queries/visits.sql"


def test_a_project_without_errors_shows_none(editor: Editor) -> None:
    editor.open(PATIENTS)
    assert editor.diagnostics(PATIENTS) == []


def test_an_error_of_postgresql_is_at_its_place_in_utf_16(editor: Editor) -> None:
    text = editor.open(PATIENTS)
    editor.change(
        PATIENTS, text.replace("= :id;\n", "= /* 😀 */ nme AND id = :id;\n", 1)
    )
    [diagnostic] = editor.diagnostics(PATIENTS)
    line, column = 4, len("SELECT * FROM patients WHERE id = /* 😀 */ ") + 1
    assert diagnostic["range"] == {
        "start": {"line": line, "character": column},
        "end": {"line": line, "character": column + 3},
    }
    assert diagnostic["code"] == "42703"
    assert diagnostic["severity"] == 1
    assert diagnostic["source"] == "sqlgen"
    editor.change(PATIENTS, text)
    assert editor.diagnostics(PATIENTS) == []


def test_a_warning_goes_away_when_it_is_allowed(editor: Editor) -> None:
    text = "-- name: a :many\nSELECT id FROM patients WHERE id IN (:ids);\n"
    editor.open(PATIENTS, text)
    [warning] = editor.diagnostics(PATIENTS)
    assert (warning["code"], warning["severity"]) == ("in-one-value", 2)
    allowed = text.replace(":many\n", ":many\n-- sqlgen: allow in-one-value\n")
    editor.change(PATIENTS, allowed)
    assert editor.diagnostics(PATIENTS) == []


def test_one_unreadable_query_does_not_hide_the_errors_of_others(
    editor: Editor,
) -> None:
    editor.open(
        PATIENTS,
        "-- name: a :mny\nSELECT 1;\n-- name: b :many\nSELECT x FROM patients;\n",
    )
    assert editor.codes(PATIENTS) == ["unknown-command", "42703"]


def test_files_are_checked_against_each_other(editor: Editor) -> None:
    """Check that a class which another file names as well is known."""
    editor.open(PATIENTS)
    visits = "-- name: other :many -> Patient\nSELECT id FROM patients;\n"
    editor.open(VISITS, visits)
    assert editor.codes(VISITS) == ["row-mismatch"]
    editor.change(VISITS, visits.replace("Patient", "Other"))
    assert editor.codes(VISITS) == []


def test_a_new_file_is_one_of_the_project(editor: Editor) -> None:
    editor.open("queries/new/deep.sql", "-- name: a :many\nSELECT nothing;\n")
    assert editor.codes("queries/new/deep.sql") == ["42703"]


@pytest.mark.parametrize(
    "path", ["other.sql", "docs/queries/a.sql", "queries/.hidden/a.sql"]
)
def test_nothing_is_said_of_other_files(editor: Editor, path: str) -> None:
    editor.open(path, "SELECT FROM FROM;")
    assert editor.diagnostics(path) == []
    assert editor.hover(path, "SELECT") == ""


def test_a_migration_that_is_not_saved_changes_the_schema(editor: Editor) -> None:
    migration = "migrations/0003_new.sql"
    editor.open(PATIENTS, "-- name: a :many\nSELECT born_on FROM patients;\n")
    assert editor.codes(PATIENTS) == ["42703"]
    editor.open(migration, "ALTER TABLE patients ADD COLUMN born_on date;\n")
    assert editor.codes(PATIENTS) == []
    assert editor.codes(migration) == []


def test_a_migration_that_fails_is_reported_and_leaves_the_schema(
    editor: Editor,
) -> None:
    path = "migrations/0002_create_visits.sql"
    editor.open(PATIENTS)
    text = editor.open(path)
    editor.change(path, text.replace("timestamptz", "timestam"))
    assert editor.codes(path) == ["42704"]
    editor.change(PATIENTS, "-- name: a :many\nSELECT x FROM visits;\n")
    assert editor.codes(PATIENTS) == ["42703"]
    assert "visits.starts_at" in editor_hover_of_visits(editor)
    editor.change(path, text)
    assert editor.codes(path) == []


def editor_hover_of_visits(editor: Editor) -> str:
    editor.open(VISITS)
    return editor.hover(VISITS, "starts_at")


def test_a_change_on_disk_is_seen(own_editor: Editor) -> None:
    own_editor.open(PATIENTS)
    assert own_editor.codes(PATIENTS) == []
    path = own_editor.root / "queries" / "visits.sql"
    path.write_text("-- name: a :many\nSELECT x FROM patients;\n")
    own_editor.notify("workspace/didChangeWatchedFiles", changes=[])
    assert own_editor.codes(VISITS) == ["42703"]
    path.unlink()
    own_editor.notify("textDocument/didSave")
    assert own_editor.codes(VISITS) == []


def test_a_closed_file_counts_as_it_is_on_disk(editor: Editor) -> None:
    editor.open(PATIENTS, "-- name: a :many\nSELECT x FROM patients;\n")
    assert editor.codes(PATIENTS) == ["42703"]
    editor.close(PATIENTS)
    assert editor.codes(PATIENTS) == []


def test_the_configuration_may_be_wrong_and_then_right(own_editor: Editor) -> None:
    own_editor.open(PATIENTS)
    file = own_editor.root / "pyproject.toml"
    file.write_text("[tool.sqlgen]\nquries = 'queries'\n")
    own_editor.notify("textDocument/didSave")
    [error] = own_editor.diagnostics("pyproject.toml")
    assert error["range"]["start"] == {"line": 1, "character": 0}
    file.write_text("[tool.sqlgen]\n")
    own_editor.notify("textDocument/didSave")
    assert own_editor.codes("pyproject.toml") == []


def test_a_project_that_is_made_later_is_found(own_editor: Editor) -> None:
    file = own_editor.root / "pyproject.toml"
    file.unlink()
    own_editor.open(PATIENTS, "-- name: a :many\nSELECT x FROM patients;\n")
    assert own_editor.codes(PATIENTS) == []
    file.write_text(FILES["pyproject.toml"])
    own_editor.notify("textDocument/didSave")
    assert own_editor.codes(PATIENTS) == ["42703"]


def test_without_a_server_the_reason_is_shown(own_editor: Editor) -> None:
    url = "postgresql://localhost:1/none"
    (own_editor.root / "pyproject.toml").write_text(
        f"[tool.sqlgen]\nserver = '{url}'\n"
    )
    own_editor.open(PATIENTS)
    assert "server-unavailable" in own_editor.codes("pyproject.toml")
    assert any(b"window/showMessage" in message for message in own_editor.sent)


def test_without_migrations_that_is_said(own_editor: Editor) -> None:
    for file in (own_editor.root / "migrations").iterdir():
        file.unlink()
    own_editor.open(PATIENTS)
    assert "no-migrations" in own_editor.codes("pyproject.toml")


@pytest.mark.system
def test_an_installed_postgresql_serves_as_well(own_editor: Editor) -> None:
    programs = binaries.installed()[-1].folder
    (own_editor.root / "pyproject.toml").write_text(
        f"[tool.sqlgen]\nserver = '{programs}'\n"
    )
    text = own_editor.open(PATIENTS)
    assert own_editor.codes(PATIENTS) == []
    assert "`mrn` `text` → `str | None`" in own_editor.hover(PATIENTS, "* FROM")
    own_editor.change(PATIENTS, text.replace("= :id;\n", "= nme;\n", 1))
    [diagnostic] = own_editor.diagnostics(PATIENTS)
    assert diagnostic["range"]["start"] == {"line": 4, "character": 34}


def test_on_a_server_of_the_user_only_saved_migrations_are_run(
    own_editor: Editor, newest_server: Server
) -> None:
    (own_editor.root / "pyproject.toml").write_text(
        f"[tool.sqlgen]\nserver = '{newest_server.conninfo}'\n"
    )
    path, text = "migrations/0003_new.sql", "ALTER TABLE patients ADD COLUMN x int;\n"
    own_editor.open(path, text)
    own_editor.open(PATIENTS, "-- name: a :many\nSELECT x FROM patients;\n")
    assert own_editor.codes(PATIENTS) == ["42703"]
    (own_editor.root / path).write_text(text)
    own_editor.notify("textDocument/didSave")
    assert own_editor.codes(PATIENTS) == []
