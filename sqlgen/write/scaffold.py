"""folder -> disk: starts a project with its configuration, a migration and a query."""

import os
from pathlib import Path
from typing import Final

from ..model.output import Change
from .apply import apply, current_text

OWN_MIGRATIONS: Final = 'migrations = "migrations"\n'
CONFIGURATION: Final = """\
[tool.sqlgen]
{schema}queries = "queries"
output = "generated"
mode = "sync"  # or "async", or "both"
{table}"""

PYTEST: Final = """
[tool.pytest.ini_options]
pythonpath = ["."]  # lets tests import the generated package
"""
RUFF: Final = """
[tool.ruff]
extend-exclude = ["generated"]
"""
BLACK: Final = """
[tool.black]
extend-exclude = "^/generated/"
"""
TOOLS: Final = (
    ("pytest", PYTEST, ("pytest.toml", "pytest.ini", "tox.ini", "setup.cfg")),
    ("ruff", RUFF, ("ruff.toml", ".ruff.toml")),
    ("black", BLACK, ()),
)
"""Each tool, what it is told in pyproject.toml, and the files that may configure it in place of that one."""

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
SELECT * FROM notes ORDER BY created_at DESC, id DESC;

-- name: count_notes :one
SELECT count(*) FROM notes;
""",
}
"""The files of a new project, by path."""

QUERY: Final = {
    "queries/first.sql": """\
-- Replace this by queries on your own tables.

-- name: server_version :one
SELECT current_setting('server_version') AS "version!";
""",
}
"""The file of a project that has its tables from elsewhere."""


def scaffold(
    folder: Path, schema: str = OWN_MIGRATIONS, table: str = ""
) -> tuple[str, ...]:
    """Make *folder* a sqlgen project and return the paths that were written.

    `[tool.sqlgen]` is appended to pyproject.toml, unless it or sqlgen.toml has it, and so is what other
    tools need to know, unless they are configured already: pytest finds the generated package, ruff and
    black leave it alone. The migration
    is written only if there is no `migrations/` yet, and the query only if there is no `queries/`.
    *schema* are the lines that say where the schema comes from, and *table* those below; without
    migrations of its own, the project gets no migration.
    Raises `SqlgenError` if a file cannot be written, or is a link.
    """
    changes = []
    before = current_text(folder, "pyproject.toml")
    texts = (before, current_text(folder, "sqlgen.toml"))
    if not any("[tool.sqlgen]" in (text or "") for text in texts):
        gap = "\n" if before else ""
        text = (before or "") + gap + CONFIGURATION.format(schema=schema, table=table)
        for tool, settings, files in TOOLS:
            elsewhere = any(os.path.lexists(folder / name) for name in files)
            if f"[tool.{tool}" not in text and not elsewhere:
                text += settings
        changes.append(Change("pyproject.toml", before, text))
    for path, text in (FILES if schema == OWN_MIGRATIONS else QUERY).items():
        if not os.path.lexists((folder / path).parent):
            changes.append(Change(path, None, text))
    apply(folder, changes)
    return tuple(change.path for change in changes)
