"""folder -> disk: starts a project with its configuration, a migration and a query."""

from pathlib import Path
from typing import Final

from ..model.diagnostic import Diagnostic, SqlgenError

CONFIGURATION: Final = """\
[tool.sqlgen]
migrations = "migrations"
queries = "queries"
output = "generated"
mode = "sync"  # or "async", or "both"
"""

FILES: Final = {
    "migrations/0001_create_notes.up.sql": """\
CREATE TABLE notes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title      text NOT NULL,
    body       text,
    created_at timestamptz NOT NULL DEFAULT now()
);
""",
    "migrations/0001_create_notes.down.sql": """\
DROP TABLE notes;
""",
    "queries/notes.sql": """\
-- Notes and their text.

-- name: add_note :one -> Note
INSERT INTO notes (title, body) VALUES (:title, :body) RETURNING *;

-- name: list_notes :many -> Note
-- All notes, newest first.
SELECT * FROM notes ORDER BY created_at DESC;

-- name: count_notes :one
SELECT count(*) FROM notes;
""",
}
"""The files of a new project, by path."""


def scaffold(folder: Path) -> tuple[str, ...]:
    """Make *folder* a sqlgen project and return the paths that were written.

    `[tool.sqlgen]` is appended to pyproject.toml, which is created if it is missing. The migration
    is written only if there is no `migrations/` yet, and the query only if there is no `queries/`.
    Raises `SqlgenError` if a file cannot be written.
    """
    written: list[str] = []
    try:
        pyproject = folder / "pyproject.toml"
        text = pyproject.read_text(encoding="utf-8") if pyproject.exists() else ""
        if "[tool.sqlgen]" not in text:
            gap = "\n" if text else ""
            pyproject.write_text(text + gap + CONFIGURATION, encoding="utf-8")
            written.append("pyproject.toml")
        new = {
            path.split("/")[0] for path in FILES if not (folder / path).parent.exists()
        }
        for path, content in FILES.items():
            if path.split("/")[0] in new:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(content, encoding="utf-8")
                written.append(path)
    except (OSError, UnicodeDecodeError) as error:
        raise SqlgenError(
            Diagnostic(
                code="cannot-write",
                message=f"cannot scaffold a project here: {error}",
                label=None,
                hint="run `sqlgen init` in a folder that you may write to",
            )
        ) from error
    return tuple(written)
