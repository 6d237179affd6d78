"""flyway.conf, flyway.toml -> the names of the settings in it that change what Flyway runs.

Passwords are in these files, too, so that nothing else of them gets into diagnostics, caches and locks.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

from ..model.diagnostic import SqlgenError
from ..model.source import SourceFile
from .files import source
from .project_files import SMALL

_DEFAULTS: Final = {
    "sqlMigrationPrefix": "V",
    "baselineMigrationPrefix": "B",
    "repeatableSqlMigrationPrefix": "R",
    "sqlMigrationSeparator": "__",
    "sqlMigrationSuffixes": ".sql",
    "placeholderPrefix": "${",
    "placeholderSuffix": "}",
    "defaultSchema": "public",
    "schemas": "public",
    "target": "latest",
    "encoding": "UTF-8",
    "executeInTransaction": "true",
    "skipDefaultCallbacks": "false",
    "skipDefaultResolvers": "false",
    **dict.fromkeys(["initSql", "callbacks", "callbackLocations", "resolvers"], ""),
    **dict.fromkeys(["cherryPick", "locations"], ""),
}
"""The settings that change what Flyway runs, with their defaults."""
_LINE: Final = re.compile(r"^[ \t]*flyway\.(\w+)[ \t]*[=:][ \t]*(.*?)[ \t\r]*$", re.M)


def flyway_settings(
    root: Path, folder: str, outside: Sequence[str] = ()
) -> tuple[SourceFile, ...]:
    """Return a file for each configuration of Flyway in the project, whose text is names of settings.

    It is looked for in *folder*, which has the migrations, and above it. Names of settings without an
    effect on what runs are left out, and so is a file without any.
    """
    files = []
    for place in (PurePosixPath(folder), *PurePosixPath(folder).parents):
        for name in ("flyway.conf", "flyway.toml", "conf/flyway.conf"):
            path = str(place / name)
            if ".." not in place.parts and (root / path).is_file():
                names = sorted(_names(root, path, folder, outside))
                if names:
                    text = "\n".join(names)
                    digest = hashlib.sha384(text.encode()).digest()
                    files.append(SourceFile(path, text, digest))
    return tuple(files)


def _names(root: Path, path: str, folder: str, outside: Sequence[str]) -> Iterator[str]:
    try:
        text = source(root, path, outside=outside, limit=SMALL).text
    except SqlgenError:
        return  # what cannot be read is not Flyway's either
    for name, value in _settings(text, is_toml=path.endswith(".toml")):
        if name == "locations":
            if not all(_is_of(folder, location) for location in value.split(",")):
                yield name
        elif name in _DEFAULTS and value not in (_DEFAULTS[name], ""):
            yield name


def _settings(text: str, *, is_toml: bool) -> Iterator[tuple[str, str]]:
    if not is_toml:
        yield from _LINE.findall(text)
        return
    try:
        table: Any = tomllib.loads(text).get("flyway")
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    for name, value in (table if isinstance(table, dict) else {}).items():
        if isinstance(value, bool):
            yield name, str(value).lower()
        elif isinstance(value, list):
            yield name, ",".join(map(str, value))
        else:
            yield name, str(value)


def _is_of(folder: str, location: str) -> bool:
    """Return whether one of Flyway's locations is the folder of migrations."""
    path = location.strip().rpartition(":")[2].strip("/").removeprefix("./")
    return folder == path or folder.endswith(f"/{path}")
