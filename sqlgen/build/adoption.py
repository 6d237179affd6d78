"""folder -> the setting that takes its schema from the tool that makes it already."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .. import parse, read
from ..model.diagnostic import SqlgenError
from ..model.frozen import frozen

_MIGRATIONS: Final = (
    *("migrations", "db/migrations", "db/migration", "database/migrations"),
    *("supabase/migrations", "prisma/migrations", "src/main/resources/db/migration"),
    "sql/migrations",
)
"""The folders in which tools keep their migrations by default, or their manuals do."""
_DUMPS: Final = ("db/schema.sql", "db/structure.sql", "schema.sql", "structure.sql")
_LIKE_OURS: Final = parse.PLAIN_TOOLS
"""The tools whose files have the same form as those of sqlgen."""
_READS_ENVIRONMENT: Final = re.compile(
    r"DATABASE_URL|PGDATABASE|PGHOST|env\.db\(|dj_database_url"
)


@frozen
class Adoption:
    """A tool that makes the schema already: its name, and the lines of `[tool.sqlgen]` that use it.

    `settings` stand in the table itself, and `table` below it. `advice` is what its user has to do first;
    it may be empty.
    """

    tool: str
    settings: str = ""
    table: str = ""
    advice: str = ""


def adoption(root: Path) -> Adoption | None:
    """Return how the project at *root* can take its schema from the tool that it has.

    `None` means that there is none that sqlgen knows, or that its migrations are in the form of sqlgen's
    own.
    """
    for find in (_alembic, _django, _folder, _dump):
        if found := next(find(root), None):
            return found
    return None


def _alembic(root: Path) -> Iterator[Adoption]:
    for ini in _existing(root, "alembic.ini"):
        location = re.compile(r"^script_location\s*=\s*(.+?)\s*$", re.MULTILINE)
        match = location.search(_text(root, ini))
        folder = (
            match[1].removeprefix("%(here)s/").replace(":", "/") if match else "alembic"
        )
        for environment in _existing(root, f"{folder}/env.py"):
            watch = [f"{folder}/**/*.py", ini]
            command = _command(["alembic", "upgrade", "head"], watch)
            yield Adoption("Alembic", table=command, advice=_advice(root, environment))


def _django(root: Path) -> Iterator[Adoption]:
    setting = re.compile(r"DJANGO_SETTINGS_MODULE[\"']\s*,\s*[\"']([\w.]+)[\"']")
    texts = [_text(root, path) for path in _existing(root, "manage.py")]
    match = setting.search(texts[0]) if texts else None
    watch = [
        pattern
        for pattern in ("*/migrations/*.py", "*/*/migrations/*.py")
        if any(root.glob(pattern))
    ]
    if match is None or not watch:
        return
    settings = match[1].replace(".", "/")
    places = [*_existing(root, f"{settings}.py", f"{settings}/__init__.py")]
    command = _command(["python", "manage.py", "migrate"], [*watch, *places])
    advice = _advice(root, places[0]) if places else ""
    yield Adoption("Django", table=command, advice=advice)


def _folder(root: Path) -> Iterator[Adoption]:
    for folder in _MIGRATIONS:
        if not (root / folder).is_dir():
            continue
        try:
            tool = parse.tool_of(folder, read.sources(root, folder))
        except SqlgenError:
            continue  # the build will report it
        is_ours = folder == "migrations" and tool in _LIKE_OURS
        if tool is None or is_ours:
            continue
        yield Adoption(tool, settings=f"schema = {json.dumps(folder)}\n")


def _dump(root: Path) -> Iterator[Adoption]:
    for path in _existing(root, *_DUMPS):
        yield Adoption("a dump", settings=f"schema = {json.dumps(path)}\n")


def _existing(root: Path, *paths: str) -> Iterator[str]:
    return (path for path in paths if (root / path).is_file())


def _text(root: Path, path: str) -> str:
    """Return the text of a file of the project; it is empty if it may not be read."""
    try:
        return read.source(root, path).text
    except SqlgenError:
        return ""


def _command(words: list[str], watch: list[str]) -> str:
    def listed(items: list[str]) -> str:
        # JSON's strings are TOML's; the folder is a name that somebody else has chosen.
        return json.dumps(items, ensure_ascii=False)

    return (
        f"\n[tool.sqlgen.schema]\ncommand = {listed(words)}\nwatch = {listed(watch)}\n"
    )


def _advice(root: Path, path: str) -> str:
    """Return what to change in the tool's configuration, if it reads nothing of the environment."""
    if _READS_ENVIRONMENT.search(_text(root, path)):
        return ""
    return (
        f"{path} must take the database from DATABASE_URL, or from PGHOST, PGPORT, PGUSER and PGDATABASE:"
        " else the command works on another database"
    )
