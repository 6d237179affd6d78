"""The setting `schema` -> the files that the schema comes from."""

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from ..model.config import Config
from ..model.diagnostic import ConfigurationError, Diagnostic, each
from ..model.source import SourceFile
from .files import paths_below, source, source_in
from .flyway_settings import flyway_settings
from .project_files import LARGE, ProjectFiles

_SCRIPTS: Final = frozenset(
    [
        *(".go", ".java", ".kt", ".groovy", ".scala", ".clj", ".class"),
        *(".py", ".sh", ".bash", ".ps1", ".bat", ".cmd"),
    ]
)
"""Suffixes of files in which tools have migrations that are no SQL."""
_LANGUAGES: Final = ("java", "kotlin", "groovy", "scala")
"""Folders beside `resources` in which Flyway finds migrations that are classes."""


def schema(config: Config) -> tuple[SourceFile, ...]:
    """Return the files that the schema of *config* comes from, or one that stands for its command.

    There is none for a live database. What stands for a command has its text as its path, no text of
    its own, and the digest of all that the command depends on. Raises `SqlgenError` for a file that
    cannot be read, and `ConfigurationError` for a pattern that matches no file.
    """
    origin = config.schema
    assert origin is not None
    if origin.dump:
        return (source(config.root, origin.dump, outside=config.outside_folders),)
    if origin.folder:
        return foreign_files(config.root, origin.folder, config.outside_folders)
    if origin.database:
        return ()
    digest = hashlib.sha384(repr(origin.command).encode())
    with ProjectFiles(config.root, config.outside_folders) as project:
        for path in watched_paths(config.root, origin.watch):
            content = hashlib.sha384(project.read(path, LARGE)[0]).digest()
            digest.update(repr((path, content)).encode())
    return (SourceFile(" ".join(origin.command), "", digest.digest()),)


def watched_paths(root: Path, patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the paths of the files that the *patterns* match, sorted.

    Raises `ConfigurationError` for a pattern that matches none.
    """
    paths: set[str] = set()
    for pattern in patterns:
        try:
            matches = [path for path in root.glob(pattern) if path.is_file()]
        except ValueError:
            matches = []
        if not matches:
            raise ConfigurationError(
                Diagnostic(
                    code="nothing-watched",
                    message=f"the pattern `{pattern}` of `watch` matches no file",
                    label=None,
                    hint="name the files that the command reads, such as"
                    ' `"alembic/versions/**/*.py"`',
                )
            )
        paths.update(path.relative_to(root).as_posix() for path in matches)
    return tuple(sorted(path for path in paths if "__pycache__" not in path))


def foreign_files(
    root: Path, folder: str, outside: Sequence[str] = ()
) -> tuple[SourceFile, ...]:
    """Return the files in *folder*, of another tool's migrations, that may change what the tool does.

    SQL files and their `.sql.conf` come first, sorted by path. Of scripts that are no SQL, only the paths
    are there. Raises `SqlgenError` as `sources` does.
    """
    with ProjectFiles(root, outside) as project:
        paths = paths_below(project, root, folder)
        scripts = [*paths]
        for language in _LANGUAGES:
            beside = f"/{folder}/".replace("/resources/", f"/{language}/").strip("/")
            if beside != folder and (root / beside).is_dir():
                scripts += paths_below(project, root, beside)
        names = [path for path in paths if path.endswith((".sql", ".sql.conf"))]
        files = each(partial(source_in, project), names)
    return (
        *files,
        *[SourceFile(path, "") for path in scripts if _is_script(path)],
        *flyway_settings(root, folder, outside),
    )


def _is_script(path: str) -> bool:
    name = PurePosixPath(path)
    is_of_golang_migrate = ".up." in name.name and name.suffix != ".sql"
    return name.suffix in _SCRIPTS or is_of_golang_migrate
