"""Files and folders that nobody but the user can have written.

A folder is opened without following a link, and files are opened relative to it. So what is checked is
what is used, whatever happens to the paths meanwhile. Modes are explicit: no umask widens them.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_ident

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@contextmanager
def private_folder(path: Path | str, *, create: bool = False) -> Iterator[int]:
    """Open a folder that belongs to the user, and that only the user may write to.

    With *create*, it is made with mode 0700, and so is one of the user's that others may write to.
    Raises `OSError` for a link, another user's folder, or one that others may write to.
    """
    if create:
        with suppress(FileExistsError):
            os.mkdir(path, 0o700)  # noqa: PTH102  # two for each entry
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        status = os.fstat(folder)
        if status.st_uid != os.geteuid():
            raise PermissionError(1, "belongs to another user")
        if create and stat.S_IMODE(status.st_mode) != 0o700:
            os.fchmod(folder, 0o700)
        elif status.st_mode & _OTHERS_WRITE:
            raise PermissionError(1, "others may write to it")
        yield folder
    finally:
        os.close(folder)


def read_private(folder: int, name: str, *, secret: bool = False) -> bytes:
    """Return the content of a file in the open *folder*.

    Raises `OSError` unless it is a regular file of the user's that no other may write to, or with
    *secret*, read.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with os.fdopen(os.open(name, flags, dir_fd=folder), "rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            raise PermissionError(1, "is no regular file of the user's")
        if status.st_mode & (0o077 if secret else _OTHERS_WRITE):
            raise PermissionError(1, "others may use it")
        return file.read()


def write_private(
    folder: int, name: str, *content: bytes, replace: bool = True
) -> None:
    """Write a file of mode 0600 in the open *folder*, whole or not at all.

    Raises `OSError` if it cannot be written, and `FileExistsError` without *replace* if it exists.
    """
    half = f"{name}.{os.getpid()}.{get_ident()}.half"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with suppress(FileNotFoundError):
        os.unlink(half, dir_fd=folder)
    try:
        with os.fdopen(os.open(half, flags, 0o600, dir_fd=folder), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.writelines(content)
        if replace:
            os.replace(half, name, src_dir_fd=folder, dst_dir_fd=folder)
        else:
            os.link(half, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        with suppress(OSError):
            os.unlink(half, dir_fd=folder)
