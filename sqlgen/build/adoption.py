"""folder -> the setting that takes its schema from the tool that makes it already."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
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
    """Find Alembic by alembic.ini, pyproject.toml (since Alembic 1.16) or both; the former has precedence."""
    inis = [*_existing(root, "alembic.ini")]
    in_project = _alembic_options(_text(root, "pyproject.toml"))
    if not inis and not in_project:
        return
    options = in_project | _ini_options(_text(root, inis[0]) if inis else "")
    folder = _alembic_folder(str(options.get("script_location", "alembic")))
    for environment in _existing(root, f"{folder}/env.py"):
        watch = [f"{folder}/**/*.py"]
        watch += [
            f"{location}/*.py"
            for location in _alembic_folders(options.get("version_locations", []))
            if (root / location).is_dir()
            and not PurePosixPath(location).is_absolute()
            and not PurePosixPath(location).is_relative_to(folder)
        ]
        watch += inis
        watch += ["pyproject.toml"] if in_project else []
        command = _command(["alembic", "upgrade", "head"], watch)
        yield Adoption("Alembic", table=command, advice=_advice(root, environment))


def _alembic_options(text: str) -> dict[str, object]:
    try:
        options = tomllib.loads(text).get("tool", {}).get("alembic", {})
    except (tomllib.TOMLDecodeError, RecursionError, AttributeError):
        return {}
    return dict(options) if isinstance(options, dict) else {}


def _ini_options(text: str) -> dict[str, object]:
    option = re.compile(
        r"^(script_location|version_locations)[ \t]*[=:][ \t]*(.+(?:\n[ \t]+\S.*)*)",
        re.MULTILINE,
    )
    return {name: value.strip() for name, value in option.findall(text)}


def _alembic_folders(value: object) -> list[str]:
    """Return the folders of a list, or of a text with any of the separators that Alembic knows."""
    texts = value if isinstance(value, list) else re.split(r"[\s;,]+", str(value))
    both = [part for text in texts for part in (str(text), *str(text).split(":"))]
    return list(dict.fromkeys(_alembic_folder(text) for text in both if text.strip()))


def _alembic_folder(location: str) -> str:
    """Return the path of a folder as Alembic takes it: a path, or `package:folder`."""
    return location.replace("%(here)s/", "").replace(":", "/")


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
            tool = parse.tool_of(folder, read.foreign_files(root, folder))
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
