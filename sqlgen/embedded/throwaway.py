"""PostgreSQL's programs -> a server on a cluster for one purpose, which nobody uses again.

Its files may be damaged on purpose: the files of tables can be made as long as those of another server, without a
row in them. PostgreSQL's planner asks the file system how many blocks a table has.
"""

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from .account import Account, server_account, storage_folder
from .clusters.cluster import Slot
from .programs import extension_shims
from .programs.binaries import Binaries
from .programs.binaries_copy import runnable_binaries
from .programs.fingerprint import server_fingerprint
from .running_server import EmbeddedServer

MOST_SEGMENTS: Final = 20_000
"""Files of a gigabyte that all tables together may be made of; each is an inode."""

_FILE: Final = re.compile(r"base/([0-9]{1,10})/([0-9]{1,10})")
"""The file of a relation in the default tablespace, below the data directory."""
_PREFIX: Final = "throwaway-"


class ThrowawayCluster:
    """A server whose cluster was made for it, and is deleted when it stops."""

    def __init__(self, server: EmbeddedServer, account: Account) -> None:
        self.server: Final = server
        self._account = account
        self._segments = 0

    def grow(self, path: str, blocks: int, *, block_size: int, segment: int) -> bool:
        """Make the file of a relation *blocks* long, and return whether that was done.

        *path* is that of `pg_relation_filepath`, and *segment* the blocks of each file that it consists
        of (`segment_size`). The new part is a hole, which takes no space, and reads as pages that
        were never used. A file that is longer stays as it is; one in another tablespace, too. Raises `OverflowError`
        if the files were too many.
        """
        match = _FILE.fullmatch(path)
        if match is None or blocks <= 0:
            return False
        database, name = match.groups()
        self._segments += 1 + (blocks - 1) // segment
        if self._segments > MOST_SEGMENTS:
            raise OverflowError(blocks)
        # Component by component, so that no link leads elsewhere.
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        folder = os.open(self.server.folder / "data", flags)
        try:
            for part in ("base", database):
                inner = os.open(part, flags, dir_fd=folder)
                os.close(folder)
                folder = inner
            for number in range(1 + (blocks - 1) // segment):
                length = min(segment, blocks - number * segment) * block_size
                file = name if number == 0 else f"{name}.{number}"
                self._extend(folder, file, length, is_new=number > 0)
        finally:
            os.close(folder)
        return True

    def _extend(self, folder: int, name: str, length: int, *, is_new: bool) -> None:
        flags = os.O_WRONLY | os.O_NOFOLLOW | (os.O_CREAT if is_new else 0)
        file = os.open(name, flags, 0o600, dir_fd=folder)
        try:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
                raise PermissionError(1, "is not a file of the cluster")
            if is_new:
                self._account.own(file)
            if status.st_size < length:
                os.ftruncate(file, length)
        finally:
            os.close(file)


@contextmanager
def throwaway(
    binaries: Binaries, *, extensions: Path | None = None
) -> Iterator[ThrowawayCluster]:
    """Run a server of the programs *binaries* during the block, on a cluster of its own.

    *extensions* is the folder of the project's extension shims. Raises `ServerUnavailableError` if it
    does not start.
    """
    import shutil
    import tempfile

    account = server_account()
    runnable = runnable_binaries(binaries, account)
    root = storage_folder(account, in_memory=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
    folder.chmod(account.folder_mode)
    # A process that is killed leaves the folder; the lock tells others when nobody uses it any more.
    lock = os.open(folder / "0.lock", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        slot = Slot(folder / "0", runnable, account)

        def settings() -> list[tuple[str, str]]:
            if runnable.major < 18:
                return []
            path = extension_shims.install(slot.folder, extensions)
            return [("extension_control_path", path)]

        fingerprint = server_fingerprint(binaries.folder, extensions)
        server = EmbeddedServer(slot, fingerprint, settings, sandboxed=True)
        try:
            server.wait()
            yield ThrowawayCluster(server, account)
        finally:
            server.condemn()
            server.stop()
    finally:
        os.close(lock)
        with suppress(OSError):
            shutil.rmtree(folder)
