"""folder -> disk: starts a project with its configuration, and an example."""

import os
import tomllib
from pathlib import Path
from typing import Any, Final

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
SELECT current_setting('server_version') AS version;
""",
}
"""The file of a project that has tables already."""


def scaffold(
    folder: Path, schema: str = OWN_MIGRATIONS, table: str = ""
) -> tuple[Change, ...]:
    """Make *folder* a sqlgen project and return what was written.

    `[tool.sqlgen]` is appended to pyproject.toml, unless it or sqlgen.toml has a part of it, and so is what other
    tools need to know, unless they are configured already: pytest finds the generated package, ruff and
    black leave it alone. The notes are an example of a whole project: their migration and queries are written only
    if there are neither `migrations/` nor `queries/`. A project that has its tables already gets a query
    that needs none, if there is no `queries/`.
    *schema* are the lines that say where the schema comes from, and *table* those below.
    Raises `SqlgenError` if a file cannot be written, or is a link.
    """
    changes = []
    settings = _settings(current_text(folder, "pyproject.toml"))
    if settings is None:
        settings = _settings(current_text(folder, "sqlgen.toml"))
    if settings is None:
        changes.append(first_configuration(folder, schema, table))
    settings = settings or {}
    if not os.path.lexists(folder / "queries") and "queries" not in settings:
        has_tables = schema != OWN_MIGRATIONS or "schema" in settings
        has_tables |= "migrations" in settings or os.path.lexists(folder / "migrations")
        example = QUERY if has_tables else FILES
        changes += [Change(path, None, text) for path, text in example.items()]
    apply(folder, changes)
    return tuple(changes)


def first_configuration(
    folder: Path, schema: str = OWN_MIGRATIONS, table: str = ""
) -> Change:
    """Return the change that adds `[tool.sqlgen]` to pyproject.toml, and what other tools need to know.

    *schema* and *table* are as in `scaffold`.
    """
    before = current_text(folder, "pyproject.toml")
    gap = "\n" if before else ""
    text = (before or "") + gap + CONFIGURATION.format(schema=schema, table=table)
    for tool, lines, files in TOOLS:
        elsewhere = any(os.path.lexists(folder / name) for name in files)
        if f"[tool.{tool}" not in text and not elsewhere:
            text += lines
    return Change("pyproject.toml", before, text)


def _settings(text: str | None) -> dict[str, Any] | None:
    """Return what `[tool.sqlgen]` and the tables below it say, or None if there are none.

    Of a text that is not TOML, only its heads are known; the build will report it.
    """
    try:
        settings = tomllib.loads(text or "").get("tool", {}).get("sqlgen")
    except (tomllib.TOMLDecodeError, RecursionError, AttributeError):
        return {} if "[tool.sqlgen" in (text or "") else None
    return settings if settings is None or isinstance(settings, dict) else {}
