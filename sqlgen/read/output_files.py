"""The files below an output folder -> their contents, without having those of a large project in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from .project_files import ProjectFiles

_KEPT: Final = 32 * 2**20
"""Bytes of contents that are kept once they are read: those of some 10,000 queries."""

ReadFile = Callable[[ProjectFiles, str], bytes]


class OutputFiles(Mapping[str, bytes]):
    """The contents of files by path, each read when it is asked for, and kept while they are not many.

    Raises what *read* raises for a file that cannot be read.
    """

    def __init__(
        self, root: Path, outside: Sequence[str], paths: Sequence[str], read: ReadFile
    ) -> None:
        self._root = root
        self._outside = outside
        self._contents: dict[str, bytes | None] = dict.fromkeys(paths)
        self._read_file = read
        self._size = 0

    def __getitem__(self, path: str) -> bytes:
        content = self._contents[path]
        if content is None:
            with ProjectFiles(self._root, self._outside) as project:
                content = self._read(project, path)
        return content

    def __iter__(self) -> Iterator[str]:
        return iter(self._contents)

    def __len__(self) -> int:
        return len(self._contents)

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Yield each path with its content, with the folders opened once."""
        with ProjectFiles(self._root, self._outside) as project:
            for path, content in self._contents.items():
                yield path, self._read(project, path) if content is None else content

    def without(self, is_left_out: Callable[[str], bool]) -> "OutputFiles":
        """Return the files but for those whose paths are left out."""
        paths = [path for path in self if not is_left_out(path)]
        return OutputFiles(self._root, self._outside, paths, self._read_file)

    def _read(self, project: ProjectFiles, path: str) -> bytes:
        content = self._read_file(project, path)
        if self._size < _KEPT:
            self._size += len(content)
            self._contents[path] = content
        return content
