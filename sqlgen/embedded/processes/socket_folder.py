"""A cluster -> the folder of its Unix socket, which has a short path without special characters."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..account import Account

OWN: Final = "s"
"""The name of the folder in that of the cluster."""
PORT: Final = 5432
"""A part of the socket's name. Only a development server listens on a port, and only if it is asked for."""

_SHORT_PATH: Final = Path("/tmp")
_PREFIX: Final = "sqlgen-"
_LONGEST: Final = 84
"""Bytes: a socket's path may have 107 (104 on macOS), of which `/.s.PGSQL.65535.lock` takes 20."""
_LIST_SYNTAX: Final = frozenset('",\n')
"""Characters that PostgreSQL and libpq read as syntax of a list of folders or hosts."""


def make_socket_folder(folder: Path, account: Account) -> Path:
    """Return the folder for the socket of the cluster in *folder*: its own, or one in `/tmp`."""
    own = folder / OWN
    if len(os.fsencode(own)) <= _LONGEST and not _LIST_SYNTAX.intersection(str(own)):
        return own
    import tempfile  # rarely needed

    short = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_SHORT_PATH))  # mode 0700
    account.make_private(short)
    return short


def socket_path(sockets: Path, port: int = PORT) -> Path:
    """Return the path of the socket in the folder *sockets*."""
    return sockets / f".s.PGSQL.{port}"


def remove_socket_folder(
    sockets: Path, folder: Path, account: Account, port: int = PORT
) -> None:
    """Delete a socket's folder in `/tmp` that was made for the cluster in *folder*.

    Its path may come from `postmaster.pid`, and so from a checkout: nothing is deleted but the
    socket's two files, if PostgreSQL's lock file beside it names this cluster, and an empty folder of
    the account's own.
    """
    if sockets.parent != _SHORT_PATH or not sockets.name.startswith(_PREFIX):
        return
    user = os.geteuid() if account.user is None else account.user
    with suppress(OSError):
        status = sockets.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != user:
            return
        path = socket_path(sockets, port)
        lock = path.with_name(f"{path.name}.lock")
        if lock.is_file() and not lock.is_symlink():
            # Line 2 is the data directory (utils/pidfile.h).
            lines = lock.read_text("utf-8", "replace").split("\n")
            if lines[1:2] == [str(folder / "data")]:
                path.unlink(missing_ok=True)
                lock.unlink()
        sockets.rmdir()
