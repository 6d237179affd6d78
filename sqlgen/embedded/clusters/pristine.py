"""The result of `initdb`, which is kept and copied: a cluster that nobody has used.

It is in the folder of the clusters of one PostgreSQL. A copy takes a tenth of the time of `initdb`.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..account import Account
from ..processes import socket_folder
from ..processes.boot import boot_id
from ..programs.binaries import Binaries
from . import integrity
from .initdb import run_initdb

NAME: Final = "pristine"
_SANDBOXED: Final = "sandboxed"


def pristine_of(folder: Path) -> Path:
    """Return the folder of the pristine cluster that the one in *folder* is a copy of."""
    return folder.parent / NAME


def copy_pristine(
    folder: Path, binaries: Binaries, account: Account, *, anew: bool
) -> None:
    """Make the cluster in *folder* a copy of the pristine one, which is made if there is none.

    Deletes what was in *folder*. With *anew*, the pristine cluster is made again as well: a copy of it
    did not start. Raises `ServerUnavailableError` if `initdb` fails.
    """
    with _locked(folder.parent):
        pristine = pristine_of(folder)
        if anew or not _is_complete(pristine):
            _make(pristine, binaries, account)
        _delete(folder)
        _create(folder, account)
        _copy(pristine / "data", folder / "data", account)


def is_sandboxed(folder: Path, binaries: Binaries) -> bool:
    """Return whether a server on the cluster in *folder* can be restricted.

    Where that was not so when the cluster was made, it is tried again: a container whose profile forbids
    it may have made the cluster, in a cache directory of the host's.
    """
    return (pristine_of(folder) / _SANDBOXED).exists() or _can_restrict(binaries)


def initialize(folder: Path, binaries: Binaries, account: Account) -> None:
    """Initialise a cluster in *folder*, and write the file `boot` when it is complete.

    Deletes what was in *folder*. Raises `ServerUnavailableError` if `initdb` fails.
    """
    _delete(folder)
    _create(folder, account)
    run_initdb(binaries, folder / "data", account)
    (folder / "boot").write_text(boot_id())


def _make(pristine: Path, binaries: Binaries, account: Account) -> None:
    """Initialise the pristine cluster; delete what killed processes have left unfinished."""
    for unfinished in pristine.parent.glob(f"{NAME}.*[0-9]"):
        _delete(unfinished)
    new = pristine.with_name(f"{NAME}.{os.getpid()}")
    initialize(new, binaries, account)
    if _can_restrict(binaries):
        (new / _SANDBOXED).touch()
    integrity.write_record(new, integrity.record_of(new))
    # Only for root this changes anything: what the server's user runs cannot get at the files then.
    os.chown(new / "data", os.geteuid(), os.getegid())
    _delete(pristine)
    new.rename(pristine)


def _can_restrict(binaries: Binaries) -> bool:
    """Return whether the kernel can restrict the server."""
    try:
        from ..restrictions import sandbox
    except ImportError:
        return False  # Python was built without `ctypes`
    return sandbox.can_start(binaries.folder)


def _is_complete(pristine: Path) -> bool:
    """Return whether the cluster was made since the last boot, and has all its files."""
    record = integrity.read_record(pristine)
    try:
        return record is not None and record == integrity.record_of(pristine)
    except OSError:
        return False


@contextmanager
def _locked(clusters: Path) -> Iterator[None]:
    """Let one process at a time use the pristine cluster."""
    path = clusters / f"{NAME}.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _create(folder: Path, account: Account) -> None:
    """Create the folders of a cluster."""
    folder.mkdir(mode=0o700)
    folder.chmod(account.folder_mode)
    for name in ("data", socket_folder.OWN):
        (folder / name).mkdir(mode=0o700)
        account.make_private(folder / name)


def _delete(folder: Path) -> None:
    """Delete a folder, or whatever is in its place."""
    import shutil  # rarely needed

    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)


def _copy(source: Path, target: Path, account: Account) -> None:
    """Copy the contents of a folder: regular files and folders, which is all that `initdb` makes."""
    import shutil  # rarely needed

    with os.scandir(source) as entries:
        for entry in entries:
            path = target / entry.name
            if entry.is_dir(follow_symlinks=False):
                path.mkdir(mode=0o700)
                account.make_private(path)
                _copy(Path(entry.path), path, account)
            elif stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
                shutil.copyfile(entry.path, path, follow_symlinks=False)
                path.chmod(0o600)
                account.own(path)
