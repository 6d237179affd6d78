"""Whatever happens to a project in the editor and on disk, what is shown is what a fresh start shows."""

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqlgen.lsp.documents.text_positions import TextPositions
from sqlgen.lsp.documents.uris import path_of
from tests.test_lsp.conftest import FILES, Editor, editor_of, write

PATHS = [path for path in FILES if path.endswith((".sql", ".toml"))] + [
    *("queries/new.sql", "migrations/0003_new.sql"),
]
TEXTS = {
    "queries": [
        "",
        "-- name: a :many\nSELECT id FROM patients;\n",
        "-- name: a :one -> Patient\r\n-- 😀 €\r\nSELECT '😀' AS x, id FROM patients WHERE id = :id;\r\n",
        "-- name: b :many\nSELECT mrn, z FROM visits;\n",
        "-- name: b :exec\nUPDATE patients SET name = :name WHERE name = '😀😀';\n",
        "-- name: broken :mny\nSELECT\n",
        FILES["queries/patients.sql"],
        FILES["queries/visits.sql"],
    ],
    "migrations": [
        "",
        "ALTER TABLE patients ADD COLUMN z int; -- 😀\r\n",
        "ALTER TABLE patients DROP COLUMN note;\n",
        "CREATE TABLE t (id int",
        "ALTER TABLE nothing ADD COLUMN z int;\n",
        *(FILES[path] for path in FILES if path.startswith("migrations/")),
    ],
    "pyproject.toml": [
        FILES["pyproject.toml"],
        "[tool.sqlgen]\nquries = 'x'\n",
        "[tool.sqlgen\n",
        "[tool.sqlgen]\nqueries = 'queries'\nmode = 'both'\n",
        "[tool.other]\n",
    ],
}
PIECES = [
    "x",
    "😀",
    "\r\n",
    "\n",
    "'",
    "(",
    ";",
    "--",
    " FROM patients",
    ":id",
    "€",
    "$$",
    '"',
]


class History:
    """Does random things to a project, with an editor that tells of them as editors do."""

    def __init__(self, editor: Editor, choices: random.Random) -> None:
        self.editor = editor
        self.choices = choices
        self.version = 1

    def step(self) -> None:
        """Do one thing: with a document, on disk, or with requests that nobody waits for."""
        action = self.choices.choice(
            [
                *(self.open, self.edit, self.edit, self.edit, self.flood, self.close),
                *(self.save, self.write, self.delete, self.rename, self.checkout),
                *(self.ask, self.work),
            ]
        )
        action()

    def path(self) -> str:
        return self.choices.choice(PATHS)

    def text(self, path: str) -> str:
        return self.choices.choice(TEXTS[path.partition("/")[0]])

    def opened(self) -> str | None:
        paths = sorted(self.editor.texts)
        return self.choices.choice(paths) if paths else None

    def open(self) -> None:
        path = self.path()
        if path not in self.editor.texts and path.endswith(".sql"):
            on_disk = self.editor.root / path
            is_same = on_disk.is_file() and self.choices.random() < 0.7
            text = on_disk.read_bytes().decode() if is_same else self.text(path)
            self.editor.open(path, text)

    def edit(self) -> None:
        """Type and delete at random places, by ranges of UTF-16 code units."""
        path = self.opened()
        if path is None:
            return
        text, changes = self.editor.texts[path], []
        for _ in range(self.choices.randint(1, 3)):
            start = self.choices.randint(0, len(text))
            end = min(len(text), start + self.choices.choice([0, 0, 0, 1, 2, 30]))
            new = self.choices.choice([*PIECES, ""])
            positions = TextPositions(text)
            first, last = positions.position(start), positions.position(end)
            # A place between CR and LF is the line's end, for the editor as well.
            start, end = positions.offset(first), positions.offset(last)
            changes.append(
                {
                    "range": {
                        "start": {"line": first.line, "character": first.character},
                        "end": {"line": last.line, "character": last.character},
                    },
                    "text": new,
                }
            )
            text = text[:start] + new + text[end:]
        self.change(path, text, changes)

    def change(self, path: str, text: str, changes: list[Any]) -> None:
        self.editor.texts[path] = text
        self.version += 1
        document = {"uri": self.editor.uri(path), "version": self.version}
        self.editor.notify(
            "textDocument/didChange", textDocument=document, contentChanges=changes
        )

    def flood(self) -> None:
        """Send many changes at once, of which only the last counts."""
        if path := self.opened():
            for _ in range(50):
                text = self.text(path)
                self.change(path, text, [{"text": text}])

    def close(self) -> None:
        if path := self.opened():
            self.editor.close(path)

    def save(self) -> None:
        if path := self.opened():
            self.put(path, self.editor.texts[path])
            document = {"uri": self.editor.uri(path)}
            self.editor.notify("textDocument/didSave", textDocument=document)

    def put(self, path: str, text: str) -> None:
        file = self.editor.root / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode("utf-8", "replace"))

    def told(self) -> None:
        self.editor.notify("workspace/didChangeWatchedFiles", changes=[])

    def write(self) -> None:
        path = self.path()
        self.put(path, self.text(path))
        self.told()

    def delete(self) -> None:
        (self.editor.root / self.path()).unlink(missing_ok=True)
        self.told()

    def rename(self) -> None:
        """Rename a file that may be open, as editors do: closed under one name, opened under the other."""
        source = self.opened()
        if source is None:
            return
        target = self.choices.choice([p for p in PATHS if p.endswith(".sql")])
        if target in self.editor.texts:
            return
        text = self.editor.texts[source]
        self.editor.close(source)
        self.editor.open(target, text)
        if (self.editor.root / source).is_file():
            (self.editor.root / source).rename(self.editor.root / target)
        self.told()

    def checkout(self) -> None:
        """Change all files at once, as `git checkout` does."""
        for path in PATHS:
            if self.choices.random() < 0.5:
                self.put(path, self.text(path))
            else:
                (self.editor.root / path).unlink(missing_ok=True)
        self.put("pyproject.toml", FILES["pyproject.toml"])
        self.told()

    def ask(self) -> None:
        """Ask about a place, and cancel every other request before it is answered."""
        path = self.opened()
        if path is None:
            return
        method = self.choices.choice(
            ["hover", "completion", "definition", "codeAction"]
        )
        if self.choices.random() < 0.5:
            self.editor.session._cancelled.add(self.editor._next + 1)
        positions = TextPositions(self.editor.texts[path])
        place = positions.position(self.choices.randint(0, len(positions.text)))
        position = {"line": place.line, "character": place.character}
        answer = self.editor.answer(
            f"textDocument/{method}",
            textDocument={"uri": self.editor.uri(path)},
            position=position,
            range={"start": position, "end": position},
            context={"diagnostics": []},
        )
        assert answer.get("error", {}).get("code") in (None, -32800, -32803), answer

    def work(self) -> None:
        self.editor.session.work()


def all_shown(editor: Editor) -> dict[str, Any]:
    """Return the diagnostics that an editor shows for each file, when nobody types."""
    editor.settle()
    shown: dict[str, Any] = {}
    for message in map(json.loads, editor.sent):
        assert "a bug of sqlgen" not in json.dumps(message), message
        params = message.get("params", {})
        if "diagnostics" in params:
            path = path_of(params["uri"])
            assert path
            shown[path.relative_to(editor.root).as_posix()] = params["diagnostics"]
    return {path: found for path, found in shown.items() if found}


def comparable(shown: dict[str, Any]) -> dict[str, Any]:
    """Return what does not depend on the past: while a schema fails, the one before it counts for queries."""
    failing = {
        path: found
        for path, found in shown.items()
        if path.startswith("migrations/") and any(one["severity"] == 1 for one in found)
    }
    return failing or shown


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 25))
@pytest.mark.usefixtures("caches")
def test_after_any_history_the_diagnostics_are_those_of_a_fresh_start(
    tmp_path_factory: pytest.TempPathFactory, seed: int, length: int
) -> None:
    root = tmp_path_factory.mktemp("history")
    write(root, FILES)
    for editor in editor_of(root):
        history = History(editor, random.Random(seed))
        for _ in range(length):
            history.step()
        # While the settings cannot be read, those before count; a fresh start has none.
        history.put("pyproject.toml", FILES["pyproject.toml"])
        history.told()
        after = all_shown(editor)
        for fresh in editor_of(root):
            for path, text in sorted(editor.texts.items()):
                fresh.open(path, text)
            assert comparable(all_shown(fresh)) == comparable(after)
