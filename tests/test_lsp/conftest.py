"""An editor within the test's process: messages go to the session directly, and come back as JSON."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Imported here, not by two threads of a session at once: pytest rewrites the modules of plugins, as sqlgen has one,
# and Python's parser of trees is not safe for threads before 3.13 (https://github.com/python/cpython/issues/106905).
import sqlgen.build.live_translation
import sqlgen.build.server.open_schema
import sqlgen.database
import sqlgen.infer
import sqlgen.lint
import sqlgen.lsp.session.requests
import sqlgen.migrate  # noqa: F401
from sqlgen import read
from sqlgen.lsp.documents.text_positions import TextPositions
from sqlgen.lsp.documents.uris import uri_of
from sqlgen.lsp.protocol.messages import IncomingNotification, IncomingRequest
from sqlgen.lsp.protocol.params import Position
from sqlgen.lsp.session.editor_session import EditorSession

FILES = {
    "pyproject.toml": "[tool.sqlgen]\n",
    "migrations/0001_create_patients.sql": """\
CREATE TYPE sex AS ENUM ('female', 'male');
CREATE TABLE patients (
    id int PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    sex sex,
    note text
);
COMMENT ON COLUMN patients.note IS 'What `the` [doctor](command:x) wrote.';
""",
    "migrations/0002_create_visits.sql": """\
CREATE TABLE visits (
    id int PRIMARY KEY,
    patient_id int NOT NULL REFERENCES patients (id),
    starts_at timestamptz NOT NULL
);
ALTER TABLE patients ADD COLUMN mrn text;
""",
    "queries/patients.sql": """\
-- The patients of the clinic.

-- name: get_patient :optional -> Patient
-- One patient.
SELECT * FROM patients WHERE id = :id;

-- name: rename_patient :execrows
UPDATE patients SET name = :name WHERE id = :id;
""",
    "queries/visits.sql": """\
-- name: list_visits :many
SELECT v.id, p.name AS patient, p.note, v.starts_at + :delay AS later
FROM visits AS v
LEFT JOIN patients AS p ON p.id = v.patient_id
WHERE v.starts_at > :since;
""",
    "app.py": """\
from generated import patients
from generated.visits import list_visits

def main(conn):
    patients.get_patient(conn, id=1)
    list_visits(conn, since=None)
""",
}


class Editor:
    """A session with the documents that are open in it, and the diagnostics that it has shown."""

    def __init__(self, root: Path, session: EditorSession, sent: list[bytes]) -> None:
        self.root = root
        self.session = session
        self.sent = sent
        self.texts: dict[str, str] = {}
        self._next = 0

    def uri(self, path: str) -> str:
        return uri_of(self.root / path)

    def notify(self, method: str, **params: Any) -> None:
        self.session.handle(IncomingNotification(method, params))

    def request(self, method: str, **params: Any) -> Any:
        """Return the result of a request, when nobody types; an error fails the test."""
        self.settle()
        answer = self.answer(method, **params)
        assert "error" not in answer, answer
        return answer["result"]

    def answer(self, method: str, **params: Any) -> Any:
        self._next += 1
        self.session.handle(IncomingRequest(self._next, method, params))
        return json.loads(self.sent[-1])

    def open(self, path: str, text: str | None = None) -> str:
        """Open a file, as it is on disk or with another text, and return that."""
        if text is None:
            text = (self.root / path).read_text()
        self.texts[path] = text
        document = {"uri": self.uri(path), "languageId": "sql", "version": 1}
        self.notify("textDocument/didOpen", textDocument={**document, "text": text})
        return text

    def change(self, path: str, text: str) -> None:
        """Replace the whole text of an open document."""
        self.texts[path] = text
        document = {"uri": self.uri(path), "version": 2}
        changes = [{"text": text}]
        self.notify(
            "textDocument/didChange", textDocument=document, contentChanges=changes
        )

    def close(self, path: str) -> None:
        del self.texts[path]
        self.notify("textDocument/didClose", textDocument={"uri": self.uri(path)})

    def settle(self) -> None:
        """Let the session do what it would do while nobody types."""
        while (due := self.session.due()) is not None:
            time.sleep(max(due - time.monotonic(), 0))
            self.session.work()

    def diagnostics(self, path: str) -> list[Any]:
        """Return the diagnostics that the editor shows for a file when nobody types."""
        self.settle()
        return self.shown(path)

    def shown(self, path: str) -> list[Any]:
        """Return the diagnostics that the editor shows for a file now."""
        shown: list[Any] = []
        for one in self.published(path):
            shown = one["diagnostics"]
        return shown

    def published(self, path: str) -> list[Any]:
        """Return all that the session has told of a file's diagnostics, in its order."""
        found = []
        for message in map(json.loads, self.sent):
            assert "a bug of sqlgen" not in json.dumps(message), message
            params = message.get("params", {})
            if "diagnostics" in params and params["uri"] == self.uri(path):
                found.append(params)
        return found

    def codes(self, path: str) -> list[str]:
        return [diagnostic["code"] for diagnostic in self.diagnostics(path)]

    def at(self, path: str, text: str, *, plus: int = 0) -> dict[str, Any]:
        """Return the parameters of a request about the place where *text* begins, or *plus* characters on."""
        offset = self.texts[path].index(text) + plus
        line = self.texts[path].count("\n", 0, offset)
        start = self.texts[path].rfind("\n", 0, offset) + 1
        position = {"line": line, "character": offset - start}
        return {"textDocument": {"uri": self.uri(path)}, "position": position}

    def hover(self, path: str, text: str, *, plus: int = 0) -> str:
        """Return the text of the hover at *text*, when nobody types; empty if there is none."""
        found = self.request("textDocument/hover", **self.at(path, text, plus=plus))
        value: str = found["contents"]["value"] if found else ""
        return value


def applied(text: str, edits: list[Any]) -> str:
    """Return a text after edits, as the protocol has them: all places are those before them."""
    positions = TextPositions(text)
    spans = []
    for edit in edits:
        first, last = (
            positions.offset(Position(**edit["range"][key])) for key in ("start", "end")
        )
        spans.append((first, last, edit["newText"]))
    for first, last, new in sorted(spans, reverse=True):
        text = text[:first] + new + text[last:]
    return text


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def editor_of(root: Path) -> Iterator[Editor]:
    sent: list[bytes] = []
    with EditorSession(read.config, sent.append) as session:
        editor = Editor(root, session, sent)
        editor.request("initialize", rootUri=uri_of(root), capabilities={})
        editor.notify("initialized")
        yield editor


@pytest.fixture(scope="session")
def _shared_editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    root = tmp_path_factory.mktemp("clinic")
    write(root, FILES)
    yield from editor_of(root)


@pytest.fixture
def editor(_shared_editor: Editor) -> Iterator[Editor]:
    """Return an editor of a project on disk, which no test changes; the documents are closed after it."""
    _shared_editor.sent.clear()
    yield _shared_editor
    for path in [*_shared_editor.texts]:
        _shared_editor.close(path)


@pytest.fixture
def caches(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep what is worked out, in a folder of the test's own."""
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.delenv("SQLGEN_NO_CACHE")


@pytest.fixture
def own_editor(tmp_path: Path) -> Iterator[Editor]:
    """Return an editor of a project of the test's own."""
    write(tmp_path, FILES)
    yield from editor_of(tmp_path)
