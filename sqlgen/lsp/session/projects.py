"""Files -> the projects that they belong to, each opened when its first file is."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final

from ...model.config import Config
from ...model.diagnostic import SqlgenError
from .open_project import OpenProject

_FILES: Final = ("pyproject.toml", "sqlgen.toml")

Load = Callable[[Path], Config]
"""Reads the configuration of the project that a folder, or a file of settings, belongs to."""


class Projects:
    """The projects that have documents in the editor.

    *load* reads configurations. With *only*, a file of settings, all documents belong to its project.
    """

    def __init__(self, load: Load, only: Path | None = None) -> None:
        self._load = load
        self._only = only
        self._projects: dict[Path, OpenProject] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "Projects":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def __iter__(self) -> Iterator[OpenProject]:
        return iter([*self._projects.values()])

    def of_folder(self, folder: Path) -> OpenProject | None:
        """Return the project that a folder belongs to; `None` if it belongs to none."""
        start = self._only or folder
        try:
            root = self._load(start).root
        except SqlgenError as error:
            if any(one.code == "no-configuration" for one in error.diagnostics):
                return None
            root = _nearest_root(start)
        except OSError:
            return None
        if root not in self._projects:
            place = self._only or root
            project = OpenProject(lambda: self._load(place), root)
            self._projects[root] = self._stack.enter_context(project)
        return self._projects[root]

    def of_file(self, path: Path) -> tuple[OpenProject, str] | None:
        """Return the project that a query file, migration or Python file belongs to, with its path in there.

        `None` for any other file.
        """
        for place in dict.fromkeys((path, _resolved(path))):
            project = self.of_folder(place.parent)
            if project is not None:
                inside = project.path_of(place)
                if project.has(inside):
                    return project, inside
        return None


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def _nearest_root(start: Path) -> Path:
    """Return the folder of the settings that cannot be read."""
    if start.is_file():
        return start.parent
    for folder in (start, *start.parents):
        if any((folder / name).is_file() for name in _FILES):
            return folder
    return start
