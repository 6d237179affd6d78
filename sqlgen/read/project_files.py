"""A path in the project -> the bytes of the regular file there, wherever links lead.

A checkout may come from somebody who wants to see other files. So a path is resolved first, and
must then be in the project, or in a folder that the settings allow. From there each folder is
opened without following links, so that what was checked is what is read. Nothing but a regular file
is opened.
"""

import os
import stat
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Final, Self

from ..model.diagnostic import ConfigurationError, Diagnostic, SqlgenError

SMALL: Final = 16 * 2**20
"""The size in bytes that query files, templates and pyproject.toml may have."""
LARGE: Final = 256 * 2**20
"""The size in bytes that migrations, seeds, fixtures and generated files may have."""

_ATTEMPTS: Final = 3
_FOLDER: Final = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class ProjectFiles:
    """Reads files of the project at *root* and of the folders *outside* of it, relative to *root*.

    A context manager, which closes the folders that it has opened.
    """

    def __init__(self, root: Path, outside: Sequence[str] = ()) -> None:
        self._root = str(root)
        self._project = os.path.realpath(root)
        others = [os.path.realpath(Path(root, folder)) for folder in outside]
        self._bases = (self._project, *others)
        self._folders: dict[str, int] = {}
        self._real_paths: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        """Close the folders."""
        for folder in self._folders.values():
            os.close(folder)

    def check_folder(self, path: str) -> str:
        """Return the resolved path of a folder; raise `SqlgenError` if that is nowhere allowed."""
        real = self._real_paths.get(path)
        if real is None:
            real = os.path.realpath(f"{self._root}/{path}")
            if self._base(real) is None:
                raise self._outside(path, real)
            self._real_paths[path] = real
        return real

    def read(self, path: str, limit: int) -> tuple[bytes, bool]:
        """Return the content of a file of at most *limit* bytes, and whether it is outside.

        Messages show no lines of files outside of the project, which may not be meant to be seen.
        Raises `SqlgenError` if it cannot be read, is no regular file, is larger, or is outside.
        """
        folder, _, name = path.rpartition("/")
        try:
            real = self.check_folder(folder or ".")
            opened = self._open(real)
            status = os.stat(name, dir_fd=opened, follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                real, name = self._follow(path)
                opened = self._open(real)
                status = os.stat(name, dir_fd=opened, follow_symlinks=False)
            _expect_regular(path, status)
            file = os.open(name, _FILE, dir_fd=opened)
            try:
                return _content(file, path, limit), not _contains(self._project, real)
            finally:
                os.close(file)
        except OSError as error:
            raise unreadable(path, error) from None

    def _follow(self, path: str) -> tuple[str, str]:
        """Return the resolved folder and the name of the file that a link leads to."""
        real = os.path.realpath(f"{self._root}/{path}")
        if self._base(real) is None:
            raise self._outside(path, real)
        suffix = PurePosixPath(path).suffix
        if PurePosixPath(real).suffix != suffix:
            raise SqlgenError(
                Diagnostic(
                    code="unreadable",
                    message=f"`{path}` is a link to another kind of file,"
                    f" `{os.path.relpath(real, self._project)}`",
                    label=None,
                    hint=f"link to a `{suffix}` file, or copy it",
                )
            )
        folder, _, name = real.rpartition("/")
        return folder or "/", name

    def _base(self, real: str) -> str | None:
        """Return the allowed folder that contains a resolved path; `None` if none does."""
        return next((base for base in self._bases if _contains(base, real)), None)

    def _outside(self, path: str, real: str) -> ConfigurationError:
        is_linked = real != os.path.normpath(f"{self._project}/{path}")
        leads = f": it leads to `{real}`" if is_linked else ""
        return ConfigurationError(
            Diagnostic(
                code="outside-project",
                message=f"`{path}` is outside of the project{leads}",
                label=None,
                hint="move it into the project, or name its folder in `outside_folders` of"
                " `[tool.sqlgen]`",
            )
        )

    def _open(self, real: str) -> int:
        """Return the descriptor of a resolved folder; no part of its path may be a link by now."""
        folder = self._folders.get(real)
        if folder is None:
            base = self._base(real)
            if base is None:
                raise FileNotFoundError(2, "it was moved meanwhile")
            folder = os.open(base, _FOLDER)
            for part in PurePosixPath(real).relative_to(base).parts:
                outer = folder
                try:
                    folder = os.open(part, _FOLDER, dir_fd=outer)
                finally:
                    os.close(outer)
            self._folders[real] = folder
        return folder


def _contains(base: str, real: str) -> bool:
    return real == base or real.startswith(base.rstrip("/") + "/")


def _content(file: int, path: str, limit: int) -> bytes:
    """Return what is in an open file, as long as its size says.

    Those of `/proc` say that they are empty; what an editor writes just now is read once more.
    """
    for _ in range(_ATTEMPTS):
        status = os.fstat(file)
        _expect_regular(path, status)
        size = status.st_size
        if size > limit:
            raise SqlgenError(
                Diagnostic(
                    code="unreadable",
                    message=f"`{path}` has {-(-size >> 20)} MB, more than the {limit >> 20} MB"
                    " that sqlgen reads",
                    label=None,
                    hint="split the file",
                )
            )
        content = os.pread(file, size + 1, 0)
        if len(content) == size:
            return content
    raise OSError(5, "it changes while it is read")


def _expect_regular(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SqlgenError(
            Diagnostic(
                code="unreadable",
                message=f"`{path}` is not a regular file, but {_kind(status.st_mode)}",
                label=None,
                hint="move it away",
            )
        )


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFLNK: "a link",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "a device")


def unreadable(path: str, error: OSError) -> SqlgenError:
    """Return the error for a file or folder that the system does not let us read."""
    return SqlgenError(
        Diagnostic(
            code="unreadable",
            message=f"`{path}` cannot be read: {error.strerror}",
            label=None,
            hint="check that it exists and that you may read it",
        )
    )
