"""From generated Python back to where it comes from: in the editor, and by `sqlgen where`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sqlgen import build, read
from sqlgen.cli.group import main
from sqlgen.lsp.documents.uris import path_of
from tests.test_lsp.conftest import Editor, editor_of, write

PROJECT = {
    "pyproject.toml": "[tool.sqlgen]\noutput = 'src/db'\nmode = 'both'\n"
    "functions = ['clinic.age']\n",
    "migrations/0001_start.up.sql": """\
CREATE TYPE sex AS ENUM ('female', 'male');
CREATE DOMAIN mrn AS text CONSTRAINT mrn_form CHECK (VALUE ~ '^[0-9]+$');
CREATE TABLE patients (
    id int PRIMARY KEY,
    mrn mrn NOT NULL UNIQUE,
    sex sex,
    state text NOT NULL CHECK (state IN ('in', 'out')),
    CONSTRAINT patients_named CHECK (mrn <> '')
);
CREATE SCHEMA clinic;
CREATE FUNCTION clinic.age(id int) RETURNS int LANGUAGE sql AS 'SELECT id';
""",
    "migrations/0001_start.down.sql": "DROP TABLE patients; -- CREATE TABLE patients ();\n",
    "migrations/0002_more.up.sql": """\
ALTER TABLE patients ADD COLUMN note text;
CREATE UNIQUE INDEX one_note ON patients (note);
""",
    "queries/patients.sql": """\
-- The patients.

-- name: get_patient :optional -> Patient
SELECT * FROM patients WHERE id = :id;

-- name: get_patient_state :many
SELECT id, state FROM patients;

-- name: add_patient(NewPatient) :exec
INSERT INTO patients (id, mrn, sex, state, note)
VALUES (:id, :mrn, :sex, :state, :note);

-- name: list_patients :many
-- sqlgen: order sort by id | mrn
SELECT id, mrn FROM patients ORDER BY :sort;
""",
    "queries/more/patients.sql": """\
-- name: first_patient :one -> Patient
-- sqlgen: optional id
SELECT * FROM patients WHERE id = :id LIMIT 1;
""",
}
ORIGINS = {
    ("src/db/patients.py", "get_patient"): ["queries/patients.sql:3"],
    ("src/db/aio/patients.py", "get_patient"): ["queries/patients.sql:3"],
    ("src/db/patients.py", "GET_PATIENT"): ["queries/patients.sql:3"],
    ("src/db/patients.py", "GET_PATIENT_STATE"): ["queries/patients.sql:6"],
    ("src/db/patients.py", "GetPatientStateRow"): ["queries/patients.sql:6"],
    ("src/db/models.py", "NewPatient"): ["queries/patients.sql:9"],
    ("src/db/patients.py", "ListPatientsSort"): ["queries/patients.sql:13"],
    ("src/db/patients.py", "ListPatientsRow"): ["queries/patients.sql:13"],
    ("src/db/more/patients.py", "first_patient"): ["queries/more/patients.sql:1"],
    ("src/db/functions/clinic.py", "age"): ["migrations/0001_start.up.sql:11"],
    ("src/db/models.py", "Patient"): [
        *("queries/more/patients.sql:1", "queries/patients.sql:3"),
    ],
    ("src/db/models.py", "Sex"): ["migrations/0001_start.up.sql:1"],
    ("src/db/models.py", "PatientsState"): ["migrations/0001_start.up.sql:7"],
    ("src/db/errors.py", "PatientsPkey"): ["migrations/0001_start.up.sql:3"],
    ("src/db/errors.py", "PatientsMrnKey"): ["migrations/0001_start.up.sql:5"],
    ("src/db/errors.py", "PatientsNamed"): ["migrations/0001_start.up.sql:8"],
    ("src/db/errors.py", "PatientsStateCheck"): ["migrations/0001_start.up.sql:7"],
    ("src/db/errors.py", "MrnForm"): ["migrations/0001_start.up.sql:2"],
    ("src/db/errors.py", "OneNote"): ["migrations/0002_more.up.sql:2"],
}
"""Where each name comes from; no place is in a migration down."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    write(root, PROJECT)
    build.build(read.config(root))
    return root


@pytest.fixture(scope="module")
def _module_editor(root: Path) -> Iterator[Editor]:
    yield from editor_of(root)


@pytest.fixture
def built_editor(_module_editor: Editor) -> Iterator[Editor]:
    yield _module_editor
    for path in [*_module_editor.texts]:
        _module_editor.close(path)


def shown(editor: Editor, locations: list[Any]) -> list[str]:
    places = []
    for one in locations:
        path = path_of(one["uri"])
        assert path
        line = one["range"]["start"]["line"] + 1
        places.append(f"{path.relative_to(editor.root).as_posix()}:{line}")
    return places


def place_of(text: str, name: str) -> str:
    """Return the start of the line that defines a name, up to it."""
    lines = text.splitlines()
    for head in (
        f"def {name}(",
        f"async def {name}(",
        f"class {name}",
        f"{name}: ",
        f"{name} =",
    ):
        for line in lines:
            if line.startswith(head):
                return line[: head.index(name) + len(name)]
    raise AssertionError(name)


@pytest.mark.parametrize(("path", "name"), ORIGINS, ids=lambda one: one)
def test_what_is_defined_leads_back(built_editor: Editor, path: str, name: str) -> None:
    text = built_editor.open(path)
    head = place_of(text, name)
    for plus in (0, len(head) - 1, len(head)):
        place = built_editor.at(path, f"\n{head}", plus=plus + 1)
        found = built_editor.request("textDocument/definition", **place)
        assert shown(built_editor, found) == ORIGINS[path, name]


def test_each_function_and_class_has_a_lens_that_opens_its_query(
    built_editor: Editor,
) -> None:
    path = "src/db/patients.py"
    document = {"uri": built_editor.uri(path)}
    text = built_editor.open(path)
    lenses = built_editor.request("textDocument/codeLens", textDocument=document)
    lines = text.splitlines()
    titles = {
        lines[one["range"]["start"]["line"]]
        .split("(")[0]
        .rstrip(":"): one["command"]["title"]
        for one in lenses
    }
    assert titles == {
        "def get_patient": "queries/patients.sql:3",
        "class GetPatientStateRow": "queries/patients.sql:6",
        "def get_patient_state": "queries/patients.sql:6",
        "def add_patient": "queries/patients.sql:9",
        "class ListPatientsRow": "queries/patients.sql:13",
        "def list_patients": "queries/patients.sql:13",
    }
    command = lenses[-1]["command"]
    built_editor.sent.clear()
    built_editor.request(
        "workspace/executeCommand",
        command=command["command"],
        arguments=command["arguments"],
    )
    [request, _] = map(json.loads, built_editor.sent)
    assert request["method"] == "window/showDocument"
    assert request["params"]["uri"] == built_editor.uri("queries/patients.sql")
    assert request["params"]["selection"]["start"]["line"] == 12


def test_the_first_line_is_a_link_to_the_query_file(built_editor: Editor) -> None:
    path = "src/db/more/patients.py"
    text = built_editor.open(path)
    document = {"uri": built_editor.uri(path)}
    [link] = built_editor.request("textDocument/documentLink", textDocument=document)
    start, end = link["range"]["start"], link["range"]["end"]
    line = text.splitlines()[start["line"]]
    assert line[start["character"] : end["character"]] == "queries/more/patients.sql"
    assert link["target"] == built_editor.uri("queries/more/patients.sql")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/db/own.py", "def get_patient(): ...\n"),
        (
            "src/app.py",
            "# Generated by sqlgen from queries/patients.sql. Do not edit.\n",
        ),
        ("src/db/patients.py", "# Generated by sqlgen. Do not edit.\n<<<<<<< ours\n"),
        (
            "src/db/patients.py",
            "# Generated by sqlgen. Do not edit.\ndef other(): ...\n",
        ),
    ],
)
def test_other_python_is_left_to_its_own_server(
    built_editor: Editor, path: str, text: str
) -> None:
    built_editor.open(path, text)
    document = {"uri": built_editor.uri(path)}
    position = {"line": text.count("\n") - 1, "character": 5}
    for method in ("definition", "hover", "completion", "references", "prepareRename"):
        answer = built_editor.request(
            f"textDocument/{method}", textDocument=document, position=position
        )
        assert not answer
    assert not built_editor.request("textDocument/codeLens", textDocument=document)
    assert built_editor.diagnostics(path) == []


def test_the_lines_are_those_of_the_editor(built_editor: Editor) -> None:
    """Type two lines above a query: the way back leads to where the query stands now."""
    queries = "queries/patients.sql"
    built_editor.open(queries, "\n\n" + PROJECT[queries])
    path = "src/db/patients.py"
    built_editor.open(path)
    place = built_editor.at(path, "\ndef get_patient(", plus=5)
    found = built_editor.request("textDocument/definition", **place)
    assert shown(built_editor, found) == ["queries/patients.sql:5"]


def where(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(root), "where", *arguments])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("get_patient", "queries/patients.sql:3"),
        ("patients.get_patient", "queries/patients.sql:3"),
        ("src.db.aio.patients.get_patient", "queries/patients.sql:3"),
        ("more.patients.Patient", "queries/more/patients.sql:1"),
        ("Patient", "queries/more/patients.sql:1\nqueries/patients.sql:3"),
        ("more.patients", "queries/more/patients.sql:1"),
        ("functions.clinic.age", "migrations/0001_start.up.sql:11"),
        ("clinic.age", "migrations/0001_start.up.sql:11"),
        ("errors.PatientsMrnKey", "migrations/0001_start.up.sql:5"),
        ("OneNote", "migrations/0002_more.up.sql:2"),
        ("patients", "migrations/0001_start.up.sql:3"),
        ("public.patients", "migrations/0001_start.up.sql:3"),
        ("patients.note", "migrations/0002_more.up.sql:1"),
        ("public.patients.note", "migrations/0002_more.up.sql:1"),
        ("ListPatientsSort", "queries/patients.sql:13"),
        ("LIST_PATIENTS", "queries/patients.sql:13"),
        ("models.NewPatient", "queries/patients.sql:9"),
    ],
)
def test_where_prints_the_place(root: Path, name: str, expected: str) -> None:
    result = where(root, name)
    assert (result.exit_code, result.stdout) == (0, f"{expected}\n"), result.output


def test_where_takes_a_place_in_a_generated_file(root: Path) -> None:
    path = "src/db/patients.py"
    text = (root / path).read_text()
    line = text[: text.index("\ndef list_patients")].count("\n") + 2
    for place in (f"{path}:{line}", f"{path}:{line + 2}:7", f"{root / path}:{line}"):
        assert where(root, place).stdout == "queries/patients.sql:13\n"
    for place in (path, f"{path}:1"):
        assert where(root, place).stdout == "queries/patients.sql:1\n"
    (root / "app.py").write_text("x = 1\n")
    assert "error[not-generated]" in where(root, "app.py:1").stderr
    assert "error[unreadable]" in where(root, "nothing.py:1").stderr


def test_where_prints_objects_for_tools(root: Path) -> None:
    document = json.loads(where(root, "get_patient", "--format", "json").stdout)
    place = {"file": "queries/patients.sql", "line": 3, "column": 10}
    assert document["places"] == [place]


def test_where_suggests_the_nearest_name(root: Path) -> None:
    result = where(root, "get_patiend")
    assert result.exit_code == 1
    assert "error[no-such-name]" in result.stderr
    assert "did you mean `get_patient`?" in result.stderr
    secret = where(root, "postgresql://user:hunter2@host/name")
    assert "hunter2" not in secret.output


def test_where_finds_the_valid_queries_beside_one_that_is_not(tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    path = tmp_path / "queries" / "broken.sql"
    path.write_text("-- name: broken :many\nSELECT x FROM nowhere;\n")
    assert where(tmp_path, "get_patient").stdout == "queries/patients.sql:3\n"
    assert where(tmp_path, "broken").stdout == "queries/broken.sql:1\n"
    result = where(tmp_path, "unknown")
    assert "error[42P01]" in result.stderr
    assert "error[no-such-name]" in result.stderr
