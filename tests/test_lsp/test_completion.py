"""What is offered, by what stands before the place; `|` marks it."""

from typing import Any

import pytest

from tests.test_lsp.conftest import Editor

PATIENTS = "queries/patients.sql"
HEAD = "-- name: a :many\n"


def offered(editor: Editor, text: str) -> dict[str, Any]:
    """Return the offers at `|` by their labels."""
    before, after = text.split("|")
    editor.open(PATIENTS, before + after)
    editor.texts[PATIENTS] = text
    result = editor.request("textDocument/completion", **editor.at(PATIENTS, "|"))
    return {item["label"]: item for item in result["items"]}


@pytest.mark.parametrize(
    ("text", "expected", "unexpected"),
    [
        ("-- |", {"name: ", "sqlgen: "}, set()),
        ("-- name: a :|\n", {"many", "one", "page"}, {"name"}),
        ("-- name: a :m|\n", {"many"}, set()),
        ("-- name: a :many -> |\n", {"Visitor"}, {"many"}),
        (HEAD + "-- sqlgen: |\nSELECT 1;", {"allow", "optional"}, {"squashes"}),
        (HEAD + "-- sqlgen: allow |\nSELECT 1;", {"in-one-value"}, {"id"}),
        (HEAD + "-- sqlgen: optional |\nSELECT :x, :y::int;", {"x", "y"}, {"int"}),
        (HEAD + "SELECT | FROM patients", {"mrn", "patients", "lower"}, {"starts_at"}),
        (HEAD + "SELECT * FROM |", {"patients", "visits"}, {"mrn", "lower"}),
        (HEAD + "SELECT * FROM patients, |", {"visits"}, {"mrn"}),
        (HEAD + "SELECT * FROM patients p JOIN v|", {"visits"}, {"mrn"}),
        (HEAD + "SELECT p.| FROM patients p, visits v", {"mrn"}, {"starts_at", "v"}),
        (HEAD + "SELECT v.sta| FROM patients p, visits v", {"starts_at"}, {"mrn"}),
        (HEAD + "SELECT * FROM public.|", {"patients"}, {"mrn"}),
        (HEAD + "SELECT :| FROM patients", {"mrn"}, {"lower"}),
        (HEAD + "SELECT :old, :| FROM patients", {"old", "mrn"}, {"lower"}),
        (HEAD + "SELECT 1::| FROM patients", {"integer", "sex"}, {"mrn"}),
        (HEAD + "SELECT '| FROM patients'", set(), {"mrn"}),
        (HEAD + "SELECT 1 -- | FROM patients", set(), {"mrn"}),
        (HEAD + "UPDATE patients SET |", {"mrn"}, {"starts_at"}),
        (HEAD + "INSERT INTO |", {"patients"}, {"mrn"}),
        (
            HEAD + "WITH c AS (SELECT id AS n FROM visits) SELECT | FROM c",
            {"n"},
            {"starts_at"},
        ),
        (
            HEAD + "SELECT | FROM patients WHERE id IN (SELECT id FROM visits)",
            {"mrn"},
            {"starts_at"},
        ),
        (
            HEAD + "SELECT 1 FROM patients WHERE id IN (SELECT | FROM visits)",
            {"starts_at", "mrn"},
            set(),
        ),
    ],
)
def test_offers(
    editor: Editor, text: str, expected: set[str], unexpected: set[str]
) -> None:
    editor.open(
        "queries/visits.sql", "-- name: v :many -> Visitor\nSELECT * FROM visits;\n"
    )
    editor.settle()
    offers = offered(editor, text)
    assert expected <= set(offers)
    assert not unexpected & set(offers)


def test_an_offer_replaces_what_was_begun_and_says_what_it_is(editor: Editor) -> None:
    item = offered(editor, HEAD + "SELECT na| FROM patients")["name"]
    assert item["detail"] == "patients: text NOT NULL"
    assert item["textEdit"] == {
        "newText": "name",
        "range": {
            "start": {"line": 1, "character": 7},
            "end": {"line": 1, "character": 9},
        },
    }


def test_offers_do_not_wait_for_an_analysis(editor: Editor) -> None:
    editor.open(PATIENTS)
    editor.settle()
    editor.change(PATIENTS, HEAD + "SELECT ")
    editor.sent.clear()
    editor.answer("textDocument/completion", **editor.at(PATIENTS, "SELECT ", plus=7))
    assert editor.session.due() is not None  # it is still to be analysed


def test_what_no_query_can_use_is_not_offered(editor: Editor) -> None:
    """Check that functions for PostgreSQL itself and pseudo-types are left out, and short names of types are not."""
    functions = {*offered(editor, HEAD + "SELECT cur|")}
    assert {"current_database", "lower", "now", "jsonb_build_object"} <= functions
    assert not {"RI_FKey_cascade_del", "int4in", "heap_tableam_handler"} & functions
    types = {*offered(editor, HEAD + "SELECT :x::ti|")}
    assert {"timestamptz", "timestamp with time zone", "sex", "text[]"} <= types
    assert not {"anyelement", "cstring", "trigger", "record", '"any"'} & types
