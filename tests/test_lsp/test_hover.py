"""What a hover says of each kind of thing."""

import pytest

from tests.test_lsp.conftest import Editor

PATIENTS = "queries/patients.sql"
VISITS = "queries/visits.sql"


def test_a_query(editor: Editor) -> None:
    editor.open(PATIENTS)
    text = editor.hover(PATIENTS, "get_patient")
    assert "get_patient(id: int) -> Patient | None" in text
    assert "gives at most one row, only reads" in text
    assert "One patient." in text


def test_an_output_column_has_its_type_and_the_reason(editor: Editor) -> None:
    editor.open(VISITS)
    text = editor.hover(VISITS, "p.note", plus=3)
    assert "`note` `text` → `str | None`" in text
    assert "p.note may be NULL" in text
    assert "column `public.patients.note` `text`" in text
    text = editor.hover(VISITS, "later")
    assert "`later` `timestamp with time zone` → `datetime.datetime`" in text


def test_a_star_has_all_its_columns(editor: Editor) -> None:
    editor.open(PATIENTS)
    text = editor.hover(PATIENTS, "* FROM")
    assert "`id` `integer` → `int`" in text
    assert "`mrn` `text` → `str | None`" in text


def test_a_parameter(editor: Editor) -> None:
    editor.open(VISITS)
    text = editor.hover(VISITS, ":since", plus=2)
    assert "`:since` `timestamp with time zone` → `datetime.datetime`" in text
    assert "visits.starts" in text
    assert editor.hover(VISITS, ":since") == text


def test_a_table(editor: Editor) -> None:
    editor.open(PATIENTS)
    text = editor.hover(PATIENTS, "patients WHERE")
    assert "table `public.patients`" in text
    assert "name text NOT NULL" in text
    assert "CHECK `patients_name_check`" in text
    assert "read by `get_patient`, `rename_patient`, `list_visits`" in text
    assert "written by `rename_patient`" in text


def test_a_column(editor: Editor) -> None:
    editor.open(PATIENTS)
    text = editor.hover(PATIENTS, "name = :name")
    assert "column `public.patients.name` `text`, NOT NULL" in text
    assert "CHECK `patients_name_check`" in text
    assert "read by `get_patient`, `list_visits`" in text
    assert "written by `rename_patient`" in text


def test_an_alias_is_its_table(editor: Editor) -> None:
    editor.open(VISITS)
    assert "table `public.patients`" in editor.hover(VISITS, "p.id =")


def test_a_comment_is_text_and_no_markdown(editor: Editor) -> None:
    editor.open(VISITS)
    text = editor.hover(VISITS, "p.note", plus=3)
    comment = "What `the` [doctor](command:x) wrote."
    assert f"```text\n{comment}\n```" in text


@pytest.mark.parametrize("text", ["SELECT", "-- name", ":many", "> :since", "AS v"])
def test_other_words_have_none(editor: Editor, text: str) -> None:
    editor.open(VISITS)
    assert editor.hover(VISITS, text) == ""


def test_a_name_that_two_tables_have_is_not_guessed(editor: Editor) -> None:
    editor.open(
        VISITS, "-- name: a :many\nSELECT 1 FROM visits, patients WHERE id = 1;\n"
    )
    assert editor.hover(VISITS, "id = 1") == ""


def test_a_cte_hides_the_table_of_its_name(editor: Editor) -> None:
    editor.open(
        VISITS,
        "-- name: a :many\nWITH patients AS (SELECT 1 AS name) SELECT max(name) FROM patients;\n",
    )
    assert editor.hover(VISITS, "name)") == "" or "public" not in editor.hover(
        VISITS, "name)"
    )


def test_inlay_hints_tell_what_functions_give(editor: Editor) -> None:
    text = editor.open(PATIENTS)
    editor.open(VISITS)
    whole = {
        "start": {"line": 0, "character": 0},
        "end": {"line": text.count("\n"), "character": 0},
    }
    hints = [
        (hint["position"]["line"], hint["label"])
        for path in (PATIENTS, VISITS)
        for hint in editor.request(
            "textDocument/inlayHint",
            textDocument={"uri": editor.uri(path)},
            range=whole,
        )
    ]
    assert hints == [
        (2, "-> Patient | None"),
        (6, "-> int"),
        (0, "-> list[ListVisitsRow]"),
    ]
