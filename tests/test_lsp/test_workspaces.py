"""Several projects in one editor: each has its own schema and its own errors, and none waits for another."""

from pathlib import Path

from sqlgen import read
from sqlgen.lsp.documents.uris import uri_of
from sqlgen.lsp.session.editor_session import EditorSession
from tests.test_lsp.conftest import FILES, Editor, write

ONE, TWO = "one/queries/patients.sql", "two/queries/things.sql"
OTHER = {
    "pyproject.toml": "[tool.sqlgen]\n",
    "migrations/0001_things.sql": "CREATE TABLE things (id int PRIMARY KEY);\n",
    "queries/things.sql": "-- name: list_things :many\nSELECT id FROM things;\n",
}


def test_two_projects_of_one_workspace(tmp_path: Path) -> None:
    write(tmp_path / "one", FILES)
    write(tmp_path / "two", OTHER)
    sent: list[bytes] = []
    with EditorSession(read.config, sent.append) as session:
        editor = Editor(tmp_path, session, sent)
        folders = [{"uri": uri_of(tmp_path / name)} for name in ("one", "two")]
        editor.request("initialize", workspaceFolders=folders, capabilities={})
        editor.notify("initialized")
        editor.open(ONE)
        editor.open(TWO)
        assert (editor.codes(ONE), editor.codes(TWO)) == ([], [])
        editor.change(ONE, "-- name: a :many\nSELECT id FROM things;\n")
        editor.change(TWO, "-- name: a :many\nSELECT id FROM patients;\n")
        assert (editor.codes(ONE), editor.codes(TWO)) == (["42P01"], ["42P01"])
        # A migration of the one that does not end, and a change of the other.
        editor.open("one/migrations/0003_new.sql", "SELECT pg_sleep(600);\n")
        session.work()
        editor.change(TWO, OTHER["queries/things.sql"])
        place = editor.at(TWO, "list_things")
        hover = editor.answer("textDocument/hover", **place)["result"]
        assert "list_things() -> list[int]" in hover["contents"]["value"]
        editor.close("one/migrations/0003_new.sql")
        editor.change(ONE, FILES["queries/patients.sql"])
        assert (editor.codes(ONE), editor.codes(TWO)) == ([], [])
