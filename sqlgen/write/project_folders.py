"""A path in the project -> the open folder that contains it, which is not reached through a link.

Files are read, created, renamed and deleted relative to the descriptor of their folder. So what was
checked is what is written, whatever takes the place of a folder meanwhile.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Final, Self

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class LinkError(OSError):
    """A link is where a file or folder of the project should be; `path` is its path."""

    def __init__(self, path: str) -> None:
        super().__init__(40, "is a link")
        self.path = path


class ProjectFolders:
    """Opens folders of the project at *root*, which may itself be reached through links.

    A context manager, which closes the folders that it has opened. Paths are relative to *root*.
    """

    def __init__(self, root: Path) -> None:
        self._folders = {
            PurePosixPath("."): os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        }

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

    def folder_of(self, path: str) -> int:
        """Return the descriptor of the folder that contains *path*.

        Raises `FileNotFoundError` if there is none, and `LinkError` if a link is on the way.
        """
        return self._open(PurePosixPath(path).parent)

    def status(self, path: str) -> os.stat_result | None:
        """Return the status of what is at *path*, `None` if nothing is; raise as `folder_of`."""
        try:
            return os.stat(
                _name(path), dir_fd=self.folder_of(path), follow_symlinks=False
            )
        except FileNotFoundError:
            return None

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, `None` if it does not exist.

        Raises `LinkError` if it or a folder on the way is a link, and `OSError` if it is no regular
        file.
        """
        status = self.status(path)
        if status is None:
            return None
        if stat.S_ISLNK(status.st_mode):
            raise LinkError(path)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        opened = os.open(_name(path), flags, dir_fd=self.folder_of(path))
        with os.fdopen(opened, "rb") as file:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise OSError(22, "it is not a regular file")
            return file.read()

    def create(self, path: str, content: bytes, mode: int | None) -> None:
        """Create a file that must not exist; without a *mode*, the umask decides about it."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        opened = os.open(_name(path), flags, 0o666, dir_fd=self.folder_of(path))
        with os.fdopen(opened, "wb") as file:
            file.write(content)
            if mode is not None:
                os.fchmod(opened, mode)

    def rename(self, path: str, target: str) -> None:
        """Rename a file to another of the same folder, and replace that."""
        folder = self.folder_of(path)
        os.replace(_name(path), _name(target), src_dir_fd=folder, dst_dir_fd=folder)

    def delete(self, path: str) -> None:
        """Delete a file."""
        os.unlink(_name(path), dir_fd=self.folder_of(path))

    def make_folders(self, path: str) -> Iterator[PurePosixPath]:
        """Make the folders on the way to *path* that do not exist, and yield each once it is made."""
        for folder in reversed(PurePosixPath(path).parents):
            try:
                self._open(folder)
            except FileNotFoundError:
                with suppress(FileExistsError):  # another process was faster
                    os.mkdir(folder.name, dir_fd=self._open(folder.parent))
                    yield folder

    def remove_folder(self, path: PurePosixPath) -> bool:
        """Remove a folder if it is empty, and return whether it was."""
        if path.name in ("", ".."):
            return False
        with suppress(OSError):
            os.rmdir(path.name, dir_fd=self._open(path.parent))
            if opened := self._folders.pop(path, None):
                os.close(opened)
            return True
        return False

    def _open(self, path: PurePosixPath) -> int:
        folder = self._folders.get(path)
        if folder is None:
            if path == path.parent:  # the root of an absolute path
                folder = os.open(path, _FOLDER)
            else:
                folder = _open_folder(path, self._open(path.parent))
            self._folders[path] = folder
        return folder


def _open_folder(path: PurePosixPath, outer: int) -> int:
    try:
        return os.open(path.name, _FOLDER, dir_fd=outer)
    except OSError:
        status = os.stat(path.name, dir_fd=outer, follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            raise LinkError(str(path)) from None
        raise


def _name(path: str) -> str:
    return PurePosixPath(path).name
