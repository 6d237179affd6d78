"""Each action is applied: afterwards the diagnostic is gone."""

from typing import Any

import pytest

from tests.test_lsp.conftest import Editor, applied

PATIENTS = "queries/patients.sql"
HEAD = "-- name: a :many\n"


def actions(editor: Editor, path: str) -> list[Any]:
    """Return all actions of an open document."""
    place = {
        "start": {"line": 0, "character": 0},
        "end": {"line": 999, "character": 0},
    }
    result: list[Any] = editor.request(
        "textDocument/codeAction",
        textDocument={"uri": editor.uri(path)},
        range=place,
        context={"diagnostics": []},
    )
    return result


def after(editor: Editor, path: str, action: Any) -> str:
    """Return the text of a document after an action, which changes no other."""
    [(uri, edits)] = action["edit"]["changes"].items()
    assert uri == editor.uri(path)
    return applied(editor.texts[path], edits)


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        (
            HEAD + 'SELECT id AS "n!" FROM patients;\n',
            "Write `n`",
            HEAD + "SELECT id AS n FROM patients;\n",
        ),
        (
            HEAD + 'SELECT id AS "n!: int" FROM patients;\n',
            'Write `"n: int"`',
            HEAD + 'SELECT id AS "n: int" FROM patients;\n',
        ),
        (
            HEAD + "SELECT id FROM patients WHERE id IN (:ids);\n",
            "Write `= ANY(:ids)`",
            HEAD + "SELECT id FROM patients WHERE id = ANY(:ids);\n",
        ),
        (
            HEAD + "SELECT id FROM patients WHERE id NOT IN :ids;\n",
            "Write `<> ALL(:ids)`",
            HEAD + "SELECT id FROM patients WHERE id <> ALL(:ids);\n",
        ),
        (
            HEAD + "SELECT id FROM patients WHERE name LIKE '%:part%';\n",
            "Write `'%' || :part || '%'`",
            HEAD + "SELECT id FROM patients WHERE name LIKE '%' || :part || '%';\n",
        ),
        (
            HEAD + "SELECT id FROM patients WHERE :x IS NULL;\n",
            "Write `:x::timestamptz`",
            HEAD + "SELECT id FROM patients WHERE :x::timestamptz IS NULL;\n",
        ),
        (
            HEAD + "SELECT 'a' AS s, :a + :b AS n; -- :a + :b\n",
            "Write `:a::integer`",
            HEAD + "SELECT 'a' AS s, :a::integer + :b AS n; -- :a + :b\n",
        ),
        (
            HEAD + "SELECT - :a AS n;\n",
            "Write `:a::integer`",
            HEAD + "SELECT - :a::integer AS n;\n",
        ),
        (
            HEAD + "SELECT id FROM patient;\n",
            "Write `patients`",
            HEAD + "SELECT id FROM patients;\n",
        ),
        (
            HEAD + "SELECT nam FROM patients;\n",
            "Write `patients.name`",
            HEAD + "SELECT patients.name FROM patients;\n",
        ),
        (
            "-- name: a :mny\nSELECT id FROM patients;\n",
            "Write `many`",
            HEAD + "SELECT id FROM patients;\n",
        ),
        (
            HEAD + "SELECT id FROM patients WHERE id IN (:ids);\n",
            "Allow `in-one-value` here",
            HEAD
            + "-- sqlgen: allow in-one-value\nSELECT id FROM patients WHERE id IN (:ids);\n",
        ),
    ],
)
def test_an_action_fixes_its_diagnostic(
    editor: Editor, text: str, title: str, expected: str
) -> None:
    editor.open(PATIENTS, text)
    by_title = {action["title"]: action for action in actions(editor, PATIENTS)}
    assert title in by_title
    fixed = after(editor, PATIENTS, by_title[title])
    assert fixed == expected
    editor.change(PATIENTS, fixed)
    assert editor.diagnostics(PATIENTS) == []


def test_a_warning_about_a_migration_is_allowed_in_it(editor: Editor) -> None:
    path = "migrations/0003_index.sql"
    editor.open(path, "ALTER TABLE visits ADD COLUMN x int NOT NULL;\n")
    [action] = actions(editor, path)
    code = action["diagnostics"][0]["code"]
    assert action["title"] == f"Allow `{code}` here"
    editor.change(path, after(editor, path, action))
    assert editor.diagnostics(path) == []


def test_a_place_without_diagnostics_has_no_actions(editor: Editor) -> None:
    editor.open(PATIENTS)
    assert actions(editor, PATIENTS) == []
