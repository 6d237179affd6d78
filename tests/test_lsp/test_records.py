"""What the editor's server has worked out is kept, for its next start and for builds; what builds have kept, it uses."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sqlgen import build, read
from sqlgen.build import schema_opening
from sqlgen.build.analysis.database_analyzer import DatabaseAnalyzer
from sqlgen.model.query import Query
from tests.test_lsp.conftest import FILES, Editor, editor_of, write

pytestmark = pytest.mark.usefixtures("caches")
PATIENTS = "queries/patients.sql"
WRONG = "-- name: wrong :many\nSELECT x FROM patients;\n"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the queries that a server is asked about from now on."""
    names: list[str] = []
    describe = DatabaseAnalyzer.describe

    def counted(self: DatabaseAnalyzer, queries: Sequence[Query]) -> Any:
        names.extend(query.name for query in queries)
        return describe(self, queries)

    monkeypatch.setattr(DatabaseAnalyzer, "describe", counted)
    return names


@contextmanager
def started(root: Path) -> Iterator[Editor]:
    editors = editor_of(root)
    yield next(editors)
    assert next(editors, None) is None


def test_a_project_that_was_never_built_is_analysed_once(
    tmp_path: Path, asked: list[str]
) -> None:
    write(tmp_path, FILES)
    with started(tmp_path) as editor:
        editor.open(PATIENTS)
        assert editor.codes(PATIENTS) == []
    assert sorted(asked) == ["get_patient", "list_visits", "rename_patient"]
    assert not (tmp_path / "generated").exists()
    asked.clear()
    with started(tmp_path) as editor:
        editor.open(PATIENTS)
        assert editor.codes(PATIENTS) == []
        assert "get_patient(id: int)" in editor.hover(PATIENTS, "get_patient")
    build.build(read.config(tmp_path))
    assert asked == []
    assert "def get_patient" in (tmp_path / "generated" / "patients.py").read_text()


def test_only_what_was_saved_is_kept(tmp_path: Path, asked: list[str]) -> None:
    """Type an error and a migration, and save neither: the next start asks nothing, and shows no error."""
    write(tmp_path, FILES)
    with started(tmp_path) as editor:
        editor.open(PATIENTS)
        assert editor.codes(PATIENTS) == []
        editor.change(PATIENTS, WRONG)
        editor.open("migrations/0003_new.sql", "ALTER TABLE patients ADD y int;\n")
        assert editor.codes(PATIENTS) == ["42703"]
    asked.clear()
    with started(tmp_path) as editor:
        editor.open(PATIENTS)
        assert editor.codes(PATIENTS) == []
    assert asked == []


def test_errors_and_warnings_are_found_again(tmp_path: Path) -> None:
    warned = "-- name: warned :many\nSELECT id FROM patients WHERE id IN (:ids);\n"
    write(tmp_path, FILES | {"queries/both.sql": f"{warned}\n{WRONG}"})
    for _ in range(2):
        with started(tmp_path) as editor:
            assert editor.codes("queries/both.sql") == ["in-one-value", "42703"]


def test_what_a_build_has_recorded_stays(tmp_path: Path, asked: list[str]) -> None:
    """Build, edit one file and save it: the other's output is not written anew."""
    write(tmp_path, FILES)
    build.build(read.config(tmp_path))
    asked.clear()
    with started(tmp_path) as editor:
        text = editor.open(PATIENTS) + "\n-- name: more :many\nSELECT 1 AS x;\n"
        (tmp_path / PATIENTS).write_text(text)
        editor.change(PATIENTS, text)
        editor.notify("textDocument/didSave")
        assert editor.codes(PATIENTS) == []
    assert asked == ["more"]
    plan = build.build(read.config(tmp_path))
    assert asked == ["more"]
    changed = {change.path for change in plan.changes}
    assert "generated/patients.py" in changed
    assert "generated/visits.py" not in changed


def test_what_is_recorded_is_shown_before_the_server_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Start with a server that never comes: unchanged files are known, and changed ones wait."""
    write(tmp_path, FILES)
    build.build(read.config(tmp_path))

    def never(opening: schema_opening.SchemaOpening) -> None:
        while not opening.is_interrupted:
            opening.wait(0.01)
        opening._done.set()

    monkeypatch.setattr(schema_opening.SchemaOpening, "_run", never)
    with started(tmp_path) as editor:
        editor.open(PATIENTS)
        editor.session.work()
        assert [one["diagnostics"] for one in editor.published(PATIENTS)] == [[]]
        place = editor.at(PATIENTS, "get_patient")
        hover = editor.answer("textDocument/hover", **place)["result"]
        assert "get_patient(id: int) -> Patient | None" in hover["contents"]["value"]
        editor.change(PATIENTS, WRONG)
        editor.session.work()
        assert editor.published(PATIENTS)[-1]["diagnostics"] == []
