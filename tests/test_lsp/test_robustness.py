"""Whatever an editor sends, and however far a text is typed, the session answers and goes on."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqlgen.lsp.protocol.messages import (
    ErrorCode,
    IncomingNotification,
    IncomingRequest,
    Malformed,
)
from sqlgen.lsp.session.requests import FEATURES
from tests.test_lsp.conftest import Editor

PATIENTS = "queries/patients.sql"
CLINIC = sorted((Path(__file__).parents[2] / "queries").glob("*.sql"))
REQUESTS = sorted(FEATURES)
METHODS = [
    *("initialize", "initialized", "textDocument/didOpen", "textDocument/didChange"),
    *("textDocument/didClose", "textDocument/didSave", "nonsense", "$/setTrace"),
    *REQUESTS,
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2**40)
    | st.text(max_size=4)
    | st.sampled_from(["file:///", "file:///a/queries/b.sql", "untitled:x"])
)
KEYS = st.sampled_from(
    [
        *("textDocument", "position", "line", "character", "uri", "text", "range"),
        *("contentChanges", "start", "end", "version", "context", "newName"),
    ]
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(METHODS), JSON, st.booleans())
def test_any_parameters_are_answered(
    editor: Editor, method: str, params: Any, with_id: bool
) -> None:
    editor.sent.clear()
    message = (
        IncomingRequest(7, method, params)
        if with_id
        else IncomingNotification(method, params)
    )
    editor.session.handle(message)
    assert not any(b"-32603" in one for one in editor.sent), editor.sent
    assert len(editor.sent) == 1 or not with_id


def everywhere(editor: Editor, path: str, offset: int) -> None:
    """Send each request about a place of a document."""
    before = editor.texts[path][:offset]
    line = before.count("\n")
    position = {"line": line, "character": len(before) - before.rfind("\n") - 1}
    for method in REQUESTS:
        answer = editor.answer(
            method,
            textDocument={"uri": editor.uri(path)},
            position=position,
            range={"start": {"line": 0, "character": 0}, "end": position},
            context={"diagnostics": [], "includeDeclaration": True},
            newName="other_name",
        )
        code = answer.get("error", {}).get("code")
        assert code in (None, -32602, -32803), answer


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from(CLINIC), st.data())
def test_a_file_may_be_typed_to_any_point(
    editor: Editor, file: Path, data: st.DataObject
) -> None:
    """Check that no prefix of a query file, and no request at its end, meets a bug."""
    text = file.read_text()
    end = data.draw(st.integers(0, len(text)))
    editor.sent.clear()
    editor.open(PATIENTS, text[:end])
    editor.diagnostics(PATIENTS)
    everywhere(editor, PATIENTS, end)
    everywhere(editor, PATIENTS, data.draw(st.integers(0, end)))
    editor.close(PATIENTS)


def test_each_keystroke_of_a_query(editor: Editor) -> None:
    """Type a query that has one of everything, and look at each place of it."""
    text = (
        "-- name: a(Params) :many -> Row\n-- sqlgen: optional x\n"
        "WITH c (n) AS (SELECT $$a;b$$ || '\\' || E'\\'' || U&\"x\") /* /* */ */\n"
        'SELECT p.*, "p"."name" AS "n!: str", ARRAY[:x, :y?]::text[] FROM patients AS p\n'
        "WHERE p.id IN (SELECT id FROM c, LATERAL (SELECT 1) s) ORDER BY 1;\n"
    )
    editor.open(PATIENTS, "")
    for end in range(len(text) + 1):
        editor.sent.clear()
        editor.change(PATIENTS, text[:end])
        editor.diagnostics(PATIENTS)
        everywhere(editor, PATIENTS, end)


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "-- name: a :many\nSELECT '\ud800';\n",
        "(" * 5000,
        "-- name: a :many\nSELECT " + "(" * 2000 + "1" + ")" * 2000,
        "\r" * 10,
        "-- name: a :many\r\nSELECT x\r\nFROM patients",
        "-- name: a :many\n" * 300,
    ],
)
def test_texts_that_are_no_queries(editor: Editor, text: str) -> None:
    editor.open(PATIENTS, text)
    editor.diagnostics(PATIENTS)
    for offset in {0, len(text) // 2, len(text)}:
        everywhere(editor, PATIENTS, offset)


def test_requests_have_their_order(own_editor: Editor) -> None:
    editor = own_editor
    assert editor.answer("initialize")["error"]["code"] == -32600
    editor.open(PATIENTS)
    assert editor.request("shutdown") is None
    answer = editor.answer("textDocument/hover", **editor.at(PATIENTS, "get"))
    assert answer["error"]["code"] == -32600
    editor.notify("exit")
    assert editor.session.exit_status == 0


def test_what_is_no_message_has_an_answer(editor: Editor) -> None:
    editor.session.handle(Malformed(None, ErrorCode.PARSE_ERROR, "no JSON"))
    assert b"no JSON" in editor.sent[-1]


def test_a_cancelled_request_is_not_computed(editor: Editor) -> None:
    editor.open(PATIENTS)
    editor.session._cancelled.add(editor._next + 1)
    answer = editor.answer("textDocument/hover", **editor.at(PATIENTS, "get"))
    assert answer["error"]["code"] == -32800
