"""Migrations that run for long: everything else is answered meanwhile, and they end when their text changes."""

import time
from collections.abc import Callable

import pytest

from sqlgen.build import live_project
from tests.test_lsp.conftest import Editor

PATIENTS = "queries/patients.sql"
NEW = "migrations/0003_new.sql"
PATIENCE = 120.0
"""Seconds after which what is waited for will never come."""
SLOW = {
    "a statement": "SELECT pg_sleep(600);\n",
    "many statements": "SELECT pg_sleep(2);\n" * 300,
    "one that catches the error": """\
DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(600); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$;
""",
    "after others": "CREATE ROLE left_over;\nALTER TABLE patients ADD x int;\nSELECT pg_sleep(600);\n",
}


def work_until(editor: Editor, condition: Callable[[], bool]) -> None:
    """Let the session work until something holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        due = editor.session.due()
        time.sleep(0.01 if due is None else min(max(due - time.monotonic(), 0), 0.05))
        editor.session.work()


def is_running(editor: Editor) -> bool:
    """Return whether the scripts of a schema run: its database was made, and is not complete."""
    [project] = editor.session._projects
    opening = project._project._opening
    return opening is not None and not (
        opening.is_done or opening.may_need_the_schema_before
    )


def shown_codes(editor: Editor, path: str) -> list[str]:
    return [one["code"] for one in editor.shown(path)]


@pytest.fixture
def caching_editor(caches: None, own_editor: Editor) -> Editor:
    """Return an editor whose server copies the database of the schema before."""
    assert caches is None
    return own_editor


@pytest.mark.parametrize("kind", SLOW)
def test_everything_else_is_answered_meanwhile(
    caching_editor: Editor, kind: str
) -> None:
    editor = caching_editor
    editor.open(PATIENTS)
    assert editor.codes(PATIENTS) == []
    editor.open(NEW, SLOW[kind])
    work_until(editor, lambda: is_running(editor))
    # Of the schema before: a hover, and the errors of a query that has changed.
    place = editor.at(PATIENTS, "get_patient")
    hover = editor.answer("textDocument/hover", **place)["result"]
    assert "get_patient(id: int)" in hover["contents"]["value"]
    editor.change(PATIENTS, "-- name: a :many\nSELECT nme FROM patients;\n")
    work_until(editor, lambda: shown_codes(editor, PATIENTS) == ["42703"])
    assert is_running(editor)
    # The text changes: the schema is that of the new text.
    editor.change(NEW, "ALTER TABLE patients ADD COLUMN nme int;\n")
    work_until(editor, lambda: shown_codes(editor, PATIENTS) == [])
    assert editor.codes(NEW) == []
    # And back again, to a server that is as it was.
    editor.close(NEW)
    assert editor.codes(PATIENTS) == ["42703"]
    editor.open(NEW, "CREATE ROLE left_over;\nDROP ROLE left_over;\n")
    assert editor.codes(NEW) == []


def test_what_nobody_has_saved_may_not_run_for_ever(
    own_editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_project, "_UNSAVED_LIMIT", 0.5)
    editor = own_editor
    editor.open(PATIENTS)
    editor.open(NEW, "SELECT pg_sleep(600);\n")
    [error] = editor.diagnostics(NEW)
    assert error["code"] == "slow-migrations"
    assert "save the file" in error["message"]
    assert editor.hover(PATIENTS, "get_patient") != ""


def test_what_is_saved_may_run_for_long(
    own_editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Save a migration that was stopped before: it is run to its end."""
    monkeypatch.setattr(live_project, "_UNSAVED_LIMIT", 0.2)
    editor = own_editor
    editor.open(PATIENTS, "-- name: a :many\nSELECT x FROM patients;\n")
    text = "SELECT pg_sleep(1);\nALTER TABLE patients ADD COLUMN x int;\n"
    editor.open(NEW, text)
    assert editor.codes(NEW) == ["slow-migrations"]
    (editor.root / NEW).write_text(text)
    editor.notify("textDocument/didSave")
    assert editor.codes(NEW) == []
    assert editor.codes(PATIENTS) == []


def test_a_first_schema_that_is_slow_does_not_keep_other_projects_waiting(
    own_editor: Editor,
) -> None:
    """Open a file whose migrations never end, and ask about it: the answer is empty, and comes."""
    editor = own_editor
    (editor.root / NEW).write_text("SELECT pg_sleep(600);\n")
    editor.open(PATIENTS)
    for _ in range(20):
        assert editor.answer("textDocument/hover", **editor.at(PATIENTS, "get"))
    (editor.root / NEW).unlink()
    editor.notify("workspace/didChangeWatchedFiles", changes=[])
    assert editor.codes(PATIENTS) == []
    assert "get_patient(id: int)" in editor.hover(PATIENTS, "get_patient")
