"""The texts of a project's files, as the editor has them or else the disk, and places in them as JSON."""

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from ... import read
from ...model.diagnostic import SqlgenError
from ..documents.document import Document
from ..documents.text_positions import TextPositions
from ..features.results import FilePlace, TextEdit
from .serialization import range_json

_LEFT_OUT: Final = frozenset(
    {"__pycache__", "node_modules", "site-packages", "build", "dist", "venv", "env"}
)
_LARGEST: Final = 1024 * 1024
"""Bytes of a Python file that is searched: larger ones are data."""


class ProjectTexts:
    """The texts of a project's files by path, each read once."""

    def __init__(
        self,
        root: Path,
        output: str,
        documents: Mapping[str, Document],
        uri: Callable[[str], str],
    ) -> None:
        self.uri = uri
        self._root = root
        self._output = output
        self._documents = documents
        self._texts: dict[str, str] = {}
        self._positions: dict[str, TextPositions] = {}

    def read(self, path: str) -> str:
        """Return a file's text; it is empty if it cannot be read, or is not in the project."""
        if path in self._documents:
            return self._documents[path].text
        if path not in self._texts:
            try:
                self._texts[path] = read.source(self._root, path).text
            except SqlgenError:
                self._texts[path] = ""
        return self._texts[path]

    def positions(self, path: str) -> TextPositions:
        """Return the places in a file's text."""
        if path in self._documents:
            return self._documents[path].positions
        if path not in self._positions:
            self._positions[path] = TextPositions(self.read(path))
        return self._positions[path]

    def python(self) -> dict[str, str]:
        """Return the texts of the Python files, but for the generated ones and other people's."""
        return {path: text for path in self._python_files if (text := self.read(path))}

    @cached_property
    def _python_files(self) -> list[str]:
        paths: list[str] = []
        for folder, folders, files in os.walk(self._root):
            inside = os.path.relpath(folder, self._root).replace(os.sep, "/")
            prefix = "" if inside == "." else f"{inside}/"
            folders[:] = sorted(
                name
                for name in folders
                if not name.startswith(".")
                and name not in _LEFT_OUT
                and f"{prefix}{name}" != self._output
                and not Path(folder, name, "pyvenv.cfg").exists()
            )
            paths += [
                f"{prefix}{name}"
                for name in sorted(files)
                if name.endswith(".py") and _is_searched(Path(folder, name))
            ]
        return paths


def _is_searched(file: Path) -> bool:
    """Return whether it is a file of a size that people write; Emacs's locks are links to nothing."""
    try:
        status = file.stat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST


def location_json(place: FilePlace, texts: ProjectTexts) -> dict[str, Any]:
    """Return a place in a file."""
    positions = texts.positions(place.path)
    return {
        "uri": texts.uri(place.path),
        "range": range_json(positions.range(place.start, place.end)),
    }


def edit_json(edits: Iterable[TextEdit], texts: ProjectTexts) -> dict[str, Any]:
    """Return changes of files (WorkspaceEdit)."""
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in edits:
        location = location_json(edit.place, texts)
        change = {"range": location["range"], "newText": edit.text}
        changes.setdefault(location["uri"], []).append(change)
    return {"changes": changes}
