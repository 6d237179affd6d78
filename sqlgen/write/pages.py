"""The folder of pages -> what is in it at the places where pages are written."""

from pathlib import Path, PurePosixPath
from typing import Final

from ..model.diagnostic import Diagnostic, SqlgenError
from .project_folders import ProjectFolders

_FOLDERS: Final = ("", "assets", "queries", "routines", "tables", "types")
_SUFFIXES: Final = frozenset({".css", ".html", ".js"})


def existing_pages(folder: Path) -> dict[str, bytes]:
    """Return the contents of the files that could be pages, by path in the *folder*, which may not exist yet.

    Links are left out: nothing is read or written through one. Raises `SqlgenError` if a file cannot be read.
    """
    contents: dict[str, bytes] = {}
    if not folder.exists():
        return contents
    try:
        with ProjectFolders(folder) as folders:
            for inner in _FOLDERS:
                place = folder / inner
                if place.is_symlink() or not place.is_dir():
                    continue
                for file in sorted(place.iterdir()):
                    if (
                        file.suffix in _SUFFIXES
                        and file.is_file()
                        and not file.is_symlink()
                    ):
                        path = str(PurePosixPath(inner, file.name))
                        contents[path] = folders.read(path) or b""
    except OSError as error:
        raise SqlgenError(
            Diagnostic(
                code="unreadable",
                message=f"the folder `{folder}` cannot be read: {error.strerror}",
                label=None,
                hint="check that it is a folder and that you may read it",
            )
        ) from None
    return contents
