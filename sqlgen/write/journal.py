"""A project -> a journal of the files that are being written, by which a killed write is finished.

The journal lists the temporary files, from before the first one is created, and which file each becomes,
once all are complete. It exists only while files are written. A process that finds one that nobody has
locked finishes what it lists: deletes the temporary files, or switches the remaining ones, so that no
module of before the build stays beside one of after it.
"""

import fcntl
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, Final

from .changes import is_generated

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
def locked_journal(root: Path) -> Iterator[Journal]:
    """Lend the journal of the project at *root* to one process at a time, and delete it at the end.

    First finishes what a killed process has left.
    """
    file = _locked(root, os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX)
    if file is None:
        yield Journal(None)
        return
    try:
        _finish(root, _content(file))
        yield Journal(file)
    finally:
        with suppress(OSError):
            (root / NAME).unlink()
        os.close(file)


def finish_interrupted(root: Path) -> None:
    """Finish what a killed process was writing in the project at *root*; leave it to one that lives."""
    file = _locked(root, os.O_RDWR, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if file is not None:
        try:
            _finish(root, _content(file))
            with suppress(OSError):
                (root / NAME).unlink()
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


def _locked(root: Path, flags: int, operation: int) -> int | None:
    """Open and lock the journal; None if there is none, or it cannot be had."""
    path = root / NAME
    while True:
        try:
            file = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        except OSError:
            return None
        try:
            fcntl.flock(file, operation)
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode):
                raise OSError("not a file")
            with suppress(FileNotFoundError):
                if os.path.samestat(status, path.lstat()):
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
    except ValueError:
        return None


def _finish(root: Path, content: Any) -> None:
    """Finish what the journal lists; its paths are not trusted."""
    if not isinstance(content, dict):
        return
    renames, deletions = content.get("renames"), content.get("deletions")
    if isinstance(renames, dict):
        for name, target in renames.items():
            with suppress(OSError, ValueError):
                _finish_file(root, name, target)
    if isinstance(deletions, list):
        for name in deletions:
            with suppress(OSError, ValueError):
                path = _inside(root, str(name))
                if is_generated(path.read_bytes()):
                    path.unlink()


def _finish_file(root: Path, name: str, target: object) -> None:
    temporary = _inside(root, name)
    match = _TEMPORARY.fullmatch(temporary.name)
    if match is None:
        return
    path = temporary.with_name(match[1])
    complete = target == str(PurePosixPath(name).with_name(match[1]))
    if complete and _may_replace(path) and _is_ours(temporary):
        temporary.replace(path)
    else:
        temporary.unlink()


def _inside(root: Path, name: str) -> Path:
    """Return the path of a regular file in the project; raise `ValueError` if there is none."""
    path = root / name
    if ".." in PurePosixPath(name).parts or not stat.S_ISREG(path.lstat().st_mode):
        raise ValueError(name)
    folder = path.parent.resolve()
    if folder != root.resolve() / Path(name).parent:
        raise ValueError(name)  # it is behind a link
    return path


def _may_replace(path: Path) -> bool:
    return not path.is_symlink() and (not path.exists() or _is_ours(path))


def _is_ours(path: Path) -> bool:
    content = path.read_bytes()
    return not content or is_generated(content)
