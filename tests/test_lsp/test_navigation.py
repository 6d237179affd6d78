"""Definitions, references and renames."""

import os
from pathlib import Path
from typing import Any

import pytest

from sqlgen import build, read
from sqlgen.lsp.documents.uris import path_of
from sqlgen.lsp.session.project_texts import ProjectTexts
from tests.test_lsp.conftest import Editor, applied

PATIENTS = "queries/patients.sql"
VISITS = "queries/visits.sql"


def places(editor: Editor, found: list[Any]) -> list[tuple[str, str]]:
    """Return the path of each place, and its line up to its end, as the disk has it."""
    result = []
    for one in found:
        path = path_of(one["uri"])
        assert path
        inside = path.relative_to(editor.root).as_posix()
        start, end = one["range"]["start"], one["range"]["end"]
        text = editor.texts.get(inside) or path.read_text()
        line = text.splitlines()[start["line"]]
        result.append((inside, line[start["character"] : end["character"]]))
        result[-1] = (f"{inside}:{start['line'] + 1}", result[-1][1])
    return result


def definition(
    editor: Editor, path: str, text: str, plus: int = 0
) -> list[tuple[str, str]]:
    found = editor.request(
        "textDocument/definition", **editor.at(path, text, plus=plus)
    )
    return places(editor, found or [])


def references(
    editor: Editor, path: str, text: str, plus: int = 0
) -> list[tuple[str, str]]:
    place = editor.at(path, text, plus=plus)
    context = {"includeDeclaration": True}
    found = editor.request("textDocument/references", **place, context=context)
    return places(editor, found or [])


@pytest.mark.parametrize(
    ("path", "text", "plus", "expected"),
    [
        (PATIENTS, "patients WHERE", 0, ("migrations/0001_create_patients.sql:2", "patients")),
        (PATIENTS, "name = :name", 0, ("migrations/0001_create_patients.sql:4", "name")),
        (VISITS, "v.starts_at", 3, ("migrations/0002_create_visits.sql:4", "starts_at")),
        (VISITS, ":delay", 2, ("queries/visits.sql:2", ":delay")),
    ],
)  # fmt: skip
def test_definitions(
    editor: Editor, path: str, text: str, plus: int, expected: tuple[str, str]
) -> None:
    editor.open(path)
    assert definition(editor, path, text, plus) == [expected]


def test_a_column_that_was_added_later_is_where_it_was_added(editor: Editor) -> None:
    editor.open(PATIENTS, "-- name: a :many\nSELECT mrn FROM patients;\n")
    expected = ("migrations/0002_create_visits.sql:6", "mrn")
    assert definition(editor, PATIENTS, "mrn") == [expected]


def test_the_last_of_several_tables_of_one_name_counts(editor: Editor) -> None:
    editor.open(
        "migrations/0003_again.sql",
        "DROP TABLE visits;\nCREATE TABLE old (id int, x int);\n"
        'ALTER TABLE old RENAME COLUMN x TO "Y z";\nALTER TABLE old RENAME TO visits;\n',
    )
    editor.open(PATIENTS, '-- name: a :many\nSELECT "Y z", id FROM visits;\n')
    expected = ("migrations/0003_again.sql:4", "visits")
    assert definition(editor, PATIENTS, "visits") == [expected]


def test_a_query_is_its_function_and_a_class_is_a_class(own_editor: Editor) -> None:
    own_editor.open(PATIENTS)
    assert definition(own_editor, PATIENTS, "get_patient") == []  # not built yet
    build.build(read.config(own_editor.root))
    [(path, name)] = definition(own_editor, PATIENTS, "get_patient")
    assert (path.partition(":")[0], name) == ("generated/patients.py", "get_patient")
    [(path, name)] = definition(own_editor, PATIENTS, "Patient\n")
    assert (path.partition(":")[0], name) == ("generated/models.py", "Patient")


def test_references_of_a_query_are_calls_in_python(own_editor: Editor) -> None:
    own_editor.open(PATIENTS)
    own_editor.open(VISITS)
    build.build(read.config(own_editor.root))  # whose files are not searched
    hidden = own_editor.root / ".venv" / "x.py"
    hidden.parent.mkdir()
    hidden.write_text("patients.get_patient()")
    assert references(own_editor, PATIENTS, "get_patient") == [
        ("app.py:5", "get_patient")
    ]
    assert references(own_editor, VISITS, "list_visits") == [
        ("app.py:2", "list_visits"),
        ("app.py:6", "list_visits"),
    ]


def test_references_of_tables_columns_and_parameters(editor: Editor) -> None:
    editor.open(PATIENTS)
    editor.open(VISITS)
    assert references(editor, PATIENTS, "patients WHERE") == [
        ("queries/patients.sql:5", "patients"),
        ("queries/patients.sql:8", "patients"),
        ("queries/visits.sql:4", "patients"),
    ]
    assert references(editor, PATIENTS, "name = :name") == [
        ("queries/patients.sql:3", "get_patient"),  # by its `*`
        ("queries/patients.sql:8", "name"),
        ("queries/visits.sql:2", "name"),
    ]
    assert references(editor, PATIENTS, ":name") == [
        ("queries/patients.sql:8", ":name")
    ]


def renamed(editor: Editor, path: str, text: str, new: str) -> dict[str, str]:
    """Return the texts of the files that a rename changes, by path."""
    place = editor.at(path, text)
    result = editor.request("textDocument/rename", **place, newName=new)
    texts: dict[str, str] = {}
    for uri, edits in result["changes"].items():
        file = path_of(uri)
        assert file
        inside = file.relative_to(editor.root).as_posix()
        texts[inside] = applied(editor.texts.get(inside) or file.read_text(), edits)
    return texts


def test_a_query_is_renamed_with_its_calls(editor: Editor) -> None:
    text = editor.open(PATIENTS)
    app = (editor.root / "app.py").read_text()
    assert renamed(editor, PATIENTS, "get_patient", "find_patient") == {
        PATIENTS: text.replace("get_patient", "find_patient"),
        "app.py": app.replace("get_patient", "find_patient"),
    }


def test_a_parameter_is_renamed_everywhere_in_its_query(editor: Editor) -> None:
    text = (
        "-- name: a :many\n-- sqlgen: optional id, name\n-- sqlgen: require one of name\n"
        "SELECT name FROM patients WHERE id = :id AND (name = :name OR :name = '😀' OR name = :name);\n"
        "-- name: b :many\nSELECT 1 FROM patients WHERE name = :name;\n"
    )
    editor.open(PATIENTS, text)
    head, _, tail = text.partition("-- name: b")
    expected = head.replace(":name ", ":title ").replace(":name)", ":title)")
    expected = expected.replace("id, name", "id, title").replace("of name", "of title")
    [(path, result)] = renamed(editor, PATIENTS, ":name ", "title").items()
    assert path == PATIENTS
    assert result == f"{expected}-- name: b{tail}"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("get_patient", "Get"),
        ("get_patient", "rename_patient"),
        ("get_patient", "class"),
        (":name", "conn"),
        (":name", "id"),
        (":name", "a b"),
        ("patients WHERE", "people"),
        ("SELECT", "x"),
    ],
)
def test_renames_that_are_refused(editor: Editor, text: str, name: str) -> None:
    editor.open(PATIENTS)
    place = editor.at(PATIENTS, text)
    answer = editor.answer("textDocument/rename", **place, newName=name)
    assert answer["error"]["code"] == -32803


def test_what_can_be_renamed_is_marked(editor: Editor) -> None:
    editor.open(PATIENTS)
    place = editor.request("textDocument/prepareRename", **editor.at(PATIENTS, ":name"))
    assert (place["start"]["character"], place["end"]["character"]) == (28, 32)
    nothing = editor.at(PATIENTS, "SELECT")
    assert editor.request("textDocument/prepareRename", **nothing) is None


def test_python_files_are_those_of_the_project(tmp_path: Path) -> None:
    for path in ("a.py", "x/b.py", "generated/c.py", ".venv/d.py", "e/f.py", "g.txt"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("1")
    (tmp_path / "e" / "pyvenv.cfg").write_text("")
    (tmp_path / "x" / "folder.py").mkdir()
    (tmp_path / "large.py").write_bytes(b"#" * (1024 * 1024 + 1))
    # Emacs marks a file that is being edited so.
    (tmp_path / ".#a.py").symlink_to("somebody@machine.123:456")
    os.mkfifo(tmp_path / "pipe.py")
    texts = ProjectTexts(tmp_path, "generated", {}, str)
    assert sorted(texts.python()) == ["a.py", "x/b.py"]


def test_calls_are_those_of_the_python_text_in_the_editor(own_editor: Editor) -> None:
    """Add lines to a Python file without saving it: edits are for the text that the editor has."""
    editor, app = own_editor, "app.py"
    editor.open(PATIENTS)
    text = "# 😀\n\n" + editor.open(app)
    editor.change(app, text)
    found = references(editor, PATIENTS, "get_patient")
    assert found == [("app.py:7", "get_patient")]
    place = editor.at(PATIENTS, "get_patient")
    answer = editor.request("textDocument/rename", **place, newName="find_patient")
    edits = answer["changes"][editor.uri(app)]
    assert applied(text, edits) == text.replace("get_patient", "find_patient")
