"""A project -> a journal of the files that are being written, by which a killed write is finished.

The journal lists the temporary files, from before the first one is created, and which file each
becomes, once all are complete. It exists only while files are written. A process that finds one
that nobody has locked finishes what it lists: deletes the temporary files, or switches the
remaining ones, so that no module of before the build stays beside one of after it.
"""

import fcntl
import hashlib
import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, Final

from .changes import is_generated
from .project_folders import ProjectFolders
from .squashed_files import SquashedFiles, is_squashed_migration

NAME: Final = ".sqlgen-write"
_LONGEST_NAME: Final = 255
"""Bytes of the name of a file."""
_LARGEST: Final = 16 * 2**20
"""Bytes of a journal: it may come from a checkout."""


class Journal:
    """The open and locked journal of a project; without a *file*, the folder cannot be written to."""

    def __init__(self, file: int | None) -> None:
        self._file = file

    def record(self, renames: Mapping[str, str], deletions: list[str]) -> None:
        """Record that each temporary file becomes another, and which files are deleted, all by path.

        An empty target means that the temporary file is not complete yet.
        """
        if self._file is None:
            return
        content = json.dumps({"renames": dict(renames), "deletions": deletions})
        # A journal that is cut off lists nothing: it is read as a whole.
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, content.encode(), 0)


@contextmanager
def locked_journal(folders: ProjectFolders) -> Iterator[Journal]:
    """Lend the journal of a project to one process at a time, and delete it at the end.

    First finishes what a killed process has left.
    """
    file = _locked(folders, os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX)
    if file is None:
        yield Journal(None)
        return
    try:
        _finish(folders, _content(file))
        yield Journal(file)
    finally:
        with suppress(OSError):
            folders.delete(NAME)
        os.close(file)


def finish_interrupted(root: Path, output: str = "") -> None:
    """Finish what a killed process was writing in the project at *root*; leave it to one that lives.

    *output* is the output folder, which may be outside of the project if that may write there.
    """
    # Mostly there is no journal, and the project's folder need not be opened.
    if not os.path.lexists(root / NAME):
        return
    with suppress(OSError), ProjectFolders(root) as folders:
        file = _locked(folders, os.O_RDWR, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if file is not None:
            try:
                _finish(folders, _content(file), output)
                folders.delete(NAME)
            finally:
                os.close(file)


def is_temporary(path: str) -> bool:
    """Return whether a file of that path is one that is being written."""
    return path.endswith(".tmp") and bool(
        _TEMPORARY.fullmatch(PurePosixPath(path).name)
    )


def temporary_path(path: PurePosixPath) -> PurePosixPath:
    """Return the path of the file that this process writes and then renames to *path*.

    If the name would be too long, it has a digest instead: a killed write of it is then undone.
    """
    name, ending = path.name, f".{os.getpid()}.tmp"
    if len(os.fsencode(name)) + len(ending) >= _LONGEST_NAME:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()
    return path.with_name(f".{name}{ending}")


_TEMPORARY: Final = re.compile(r"\.(.+)\.\d+\.tmp", re.DOTALL)


def _locked(folders: ProjectFolders, flags: int, operation: int) -> int | None:
    """Open and lock the journal; None if there is none, or it cannot be had."""
    folder = folders.folder_of(NAME)
    while True:
        try:
            flags |= os.O_NOFOLLOW | os.O_NONBLOCK
            file = os.open(NAME, flags, 0o600, dir_fd=folder)
        except OSError:
            return None
        try:
            fcntl.flock(file, operation)
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode):
                raise OSError("not a file")
            current = folders.status(NAME)
            if current is not None and os.path.samestat(status, current):
                return file  # and not one that its owner has just deleted
        except OSError:
            os.close(file)
            return None
        os.close(file)
        if not flags & os.O_CREAT:
            return None


def _content(file: int) -> Any:
    try:
        return json.loads(os.pread(file, _LARGEST, 0))
    except (ValueError, RecursionError):
        return None


def _finish(folders: ProjectFolders, content: Any, output: str = "") -> None:
    """Finish what the journal lists; its paths are not trusted."""

    def content_of(path: str) -> bytes | None:
        return _content_of(folders, path, output)

    if not isinstance(content, dict):
        return
    renames, deletions = content.get("renames"), content.get("deletions")
    if isinstance(renames, dict):
        for name, target in renames.items():
            with suppress(OSError, ValueError):
                _finish_file(folders, name, target, content_of)
    if isinstance(deletions, list):
        squashed = SquashedFiles(_targets(renames, content_of))
        for name in map(str, deletions):
            with suppress(OSError, ValueError):
                content = content_of(name) or b""
                if is_generated(content) or squashed.has(name, content):
                    folders.delete(name)


def _targets(
    renames: Any, content_of: Callable[[str], bytes | None]
) -> Iterator[tuple[str, bytes]]:
    """Yield the files that temporary ones have become by now, with their contents."""
    for target in renames.values() if isinstance(renames, dict) else ():
        with suppress(OSError, ValueError):
            if content := content_of(str(target)):
                yield str(target), content


def _finish_file(
    folders: ProjectFolders,
    name: str,
    target: object,
    content_of: Callable[[str], bytes | None],
) -> None:
    temporary = PurePosixPath(name)
    match = _TEMPORARY.fullmatch(temporary.name)
    if match is None:
        return
    path = str(temporary.with_name(match[1]))
    content = content_of(name)
    if content is None:
        return
    if target == path and _is_ours(content) and _may_replace(folders, path, content):
        folders.rename(name, path)
    else:
        folders.delete(name)


def _content_of(folders: ProjectFolders, name: str, output: str) -> bytes | None:
    """Return the content of a regular file in the project or its *output*, `None` if there is none.

    Raises `OSError` or `ValueError` for another path.
    """
    path = PurePosixPath(name)
    inside = PurePosixPath(name.removeprefix(f"{output}/")) if output else path
    if path.is_absolute() or ".." in inside.parts:
        raise ValueError(name)
    return folders.read(name)


def _may_replace(folders: ProjectFolders, path: str, content: bytes) -> bool:
    """Return whether the file with the new *content* loses nothing: no migration is replaced."""
    try:
        current = folders.read(path)
    except OSError:
        return False  # a link, or a folder
    if current is None or is_squashed_migration(content):
        return current is None
    return not current or is_generated(current)


def _is_ours(content: bytes) -> bool:
    return not content or is_generated(content) or is_squashed_migration(content)
