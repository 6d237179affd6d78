"""The folders of the embedded server's files -> what is in them: clusters, and copies of programs."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from ...model.frozen import frozen
from ..account import existing_storage_folders, server_account
from . import stale_clusters

_CLUSTERS = re.compile(r"\d+\.\d+-[0-9a-f]{8}")
_PROGRAMS = re.compile(r"postgresql-\d+\.\d+-[0-9a-f]{8}")


@frozen
class StoredFolder:
    """A folder that sqlgen has made and can make again; `used` is in seconds since 1970."""

    path: Path
    content: str
    size: int
    used: float


def stored_folders() -> Iterator[StoredFolder]:
    """Yield the folders of clusters, and of copied programs, that belong to the user."""
    for storage in existing_storage_folders():
        for path in sorted(storage.iterdir()):
            if _CLUSTERS.fullmatch(path.name):
                used = stale_clusters.last_use(path)
                yield StoredFolder(
                    path, "clusters of PostgreSQL", folder_size(path), used
                )
            elif _PROGRAMS.fullmatch(path.name):
                used = path.stat().st_mtime
                yield StoredFolder(
                    path, "programs of PostgreSQL", folder_size(path), used
                )


def delete(folder: StoredFolder) -> bool:
    """Delete the folder unless a process uses it; return whether it is gone."""
    if _CLUSTERS.fullmatch(folder.path.name):
        return stale_clusters.delete_unused(folder.path, server_account())
    shutil.rmtree(folder.path, ignore_errors=True)
    return not folder.path.exists()


def folder_size(folder: Path) -> int:
    """Return the bytes that a folder's files take on the disk."""
    size = 0
    for path in folder.rglob("*"):
        try:
            status = path.lstat()
        except OSError:  # deleted meanwhile
            continue
        size += status.st_blocks * 512
    return size
