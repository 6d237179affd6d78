"""A file or folder of another tool's query files -> the files with their paths in ours."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from ..model.source import SourceFile
from ..read import ForeignProject
from .names import file_path


def query_sources(
    files: ForeignProject, path: str, *suffixes: str
) -> Iterator[tuple[SourceFile, str]]:
    """Yield the files at *path* whose names end so, and the path of each one's query file.

    That is its path below the folder which all of them are in.
    """
    paths = files.below(path, *suffixes) if files.is_folder(path) else (path,)
    common = _common(paths)
    for name in paths:
        below = PurePosixPath(name).relative_to(common)
        yield files.read(name), file_path(str(below.with_suffix(".sql")))


def _common(paths: tuple[str, ...]) -> PurePosixPath:
    """Return the innermost folder that all *paths* are in."""
    folders = [PurePosixPath(path).parent for path in paths]
    common = folders[0] if folders else PurePosixPath()
    while not all(folder.is_relative_to(common) for folder in folders):
        common = common.parent
    return common
