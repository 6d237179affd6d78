"""disk -> SourceFile: the files of another tool's project, for importers."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Final, Self

from ..model.diagnostic import ConfigurationError, Diagnostic, SqlgenError
from ..model.source import SourceFile
from .files import source_in
from .project_files import SMALL, ProjectFiles

_MOST_FILES: Final = 50_000
"""The files and folders that a walk looks at."""
_LARGEST: Final = 256 * 2**20
"""The characters of all files together."""
_PASSED_OVER: Final = frozenset(
    {"node_modules", "target", "vendor", "venv", "__pycache__"}
)
"""Folders of what others have written, or programs."""


class ForeignProject:
    """Reads files at and below *root*, and in the folders *outside* of it, by paths relative to it.

    A context manager. Raises `SqlgenError` for a file that is elsewhere, also through a link, or too large.
    """

    def __init__(self, root: Path, outside: Sequence[str] = ()) -> None:
        self._root = root
        self._files = ProjectFiles(root, outside)
        self._characters = 0

    def __enter__(self) -> Self:
        """Return itself."""
        self._files.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the folders."""
        self._files.__exit__(kind, error, traceback)

    def is_file(self, path: str) -> bool:
        """Return whether there is a file at *path*."""
        return self._at(path).is_file()

    def is_folder(self, path: str) -> bool:
        """Return whether there is a folder at *path*."""
        return self._at(path).is_dir()

    def read(self, path: str) -> SourceFile:
        """Return the file at *path*, which has at most 16 MB of UTF-8."""
        try:
            source = source_in(self._files, path, limit=SMALL)
        except ConfigurationError as error:
            hint = "run the command in a folder that has all of the files, or copy them"
            raise ConfigurationError(
                *[replace(problem, hint=hint) for problem in error.diagnostics]
            ) from None
        self._characters += len(source.text)
        if self._characters > _LARGEST:
            raise _too_much("the files have more than 256 MB together")
        return source

    def below(self, folder: str, *suffixes: str) -> tuple[str, ...]:
        """Return the sorted paths of the files in *folder*, at any depth, whose names end so.

        Left out are hidden files, links to folders, and folders such as `node_modules` and `target`.
        """
        paths = (path for path in self._walk(folder) if path.endswith(suffixes))
        return tuple(sorted(paths))

    def matching(self, pattern: str, suffix: str) -> tuple[str, ...]:
        """Return the sorted paths of the files that *pattern* names: a file, a folder or with `*`.

        Of a folder they are the files whose names end in *suffix*; not those of its folders.
        """
        path = os.path.normpath(pattern).replace(os.sep, "/")
        if self.is_folder(path):
            names = self._entries(path, suffix)
            return tuple(sorted(str(PurePosixPath(path, name)) for name in names))
        if self.is_file(path):
            return (path,)
        paths = [""]
        for part in PurePosixPath(path).parts:
            if not set(part) & set("*?["):
                paths = [str(PurePosixPath(above, part)) for above in paths]
                continue
            paths = [
                str(PurePosixPath(above, name))
                for above in paths
                if self.is_folder(above)
                for name in self._entries(above)
                if fnmatchcase(name, part) and not name.startswith(".")
            ]
        return tuple(sorted(path for path in paths if self.is_file(path)))

    def _at(self, path: str) -> Path:
        """Return the place of a path, which is below the root even if it begins with `/`."""
        return Path(f"{self._root}/{path}")

    def _entries(self, folder: str, suffix: str = "") -> list[str]:
        self._files.check_folder(folder or ".")
        try:
            names = [entry.name for entry in self._at(folder).iterdir()]
        except OSError:
            return []
        return [
            name for name in names if name.endswith(suffix) and not name.startswith(".")
        ]

    def _walk(self, folder: str) -> Iterator[str]:
        self._files.check_folder(folder)
        looked_at = 0
        for place, folders, names in os.walk(self._at(folder)):
            looked_at += len(folders) + len(names)
            if looked_at > _MOST_FILES:
                raise _too_much(f"`{folder}` has more than {_MOST_FILES:,} files")
            folders[:] = sorted(
                name
                for name in folders
                if not name.startswith(".") and name not in _PASSED_OVER
            )
            inside = PurePosixPath(folder, Path(place).relative_to(self._at(folder)))
            for name in names:
                if not name.startswith("."):
                    yield str(inside / name)


def _too_much(message: str) -> SqlgenError:
    return SqlgenError(
        Diagnostic(
            code="unreadable",
            message=f"{message}, more than sqlgen reads",
            label=None,
            hint="import a folder of it at a time",
        )
    )
