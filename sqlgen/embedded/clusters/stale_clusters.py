"""Clusters that nobody will use again: those in memory would stay until a reboot."""

import fcntl
import os
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from ..account import Account
from ..processes import pid_file
from ..programs.binaries import Binaries

_DAY = 24 * 3600
_WEEK = 7 * _DAY
_LAST_CLEANUP = "looked"
_PROGRAM = "program"


def record_program(clusters: Path, binaries: Binaries) -> None:
    """Write into *clusters*, the folder of the clusters of one PostgreSQL, which program that is."""
    record = clusters / _PROGRAM
    if not record.exists():
        record.write_text(_identity(binaries.folder / "postgres"))


def cleanup_is_due(root: Path) -> bool:
    """Return whether the last cleanup of *root* was a day ago, and note that there is one now."""
    record = root / _LAST_CLEANUP
    with suppress(OSError):
        if record.exists() and time.time() - record.stat().st_mtime < _DAY:
            return False
        record.touch()
    return True


def delete_stale(root: Path, current: Path, account: Account) -> None:
    """Delete the stale folders of clusters in *root*, except *current* and those in use.

    A folder is stale if no cluster in it was used for a week, or if the program that made them was
    deleted or replaced: its new version has a folder of its own.
    """
    with suppress(OSError):
        for clusters in root.iterdir():
            if clusters != current and clusters.is_dir():
                _delete_if_stale(clusters, account)


def _delete_if_stale(clusters: Path, account: Account) -> None:
    used = last_use(clusters)
    if used and (time.time() - used > _WEEK or _is_orphaned(clusters)):
        delete_unused(clusters, account)


def last_use(clusters: Path) -> float:
    """Return when a cluster of the folder was last used, in seconds since 1970; 0 if it has none."""
    return max((lock.stat().st_mtime for lock in clusters.glob("*.lock")), default=0)


def delete_unused(clusters: Path, account: Account) -> bool:
    """Delete the folder of clusters, and return whether no process was using one of them."""
    locks = list(clusters.glob("*.lock"))
    with ExitStack() as locked:
        for path in locks:
            lock = os.open(path, os.O_RDWR)
            locked.callback(os.close, lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if not pid_file.stop_orphan(path.with_suffix(""), account):
                return False
        import shutil  # rarely needed

        # Renamed first, so that another process that starts a server now creates a new folder.
        away = clusters.with_name(f".{clusters.name}.{os.getpid()}")
        clusters.rename(away)
        shutil.rmtree(away, ignore_errors=True)
    return True


def _is_orphaned(clusters: Path) -> bool:
    """Return whether the program that made the clusters was deleted or replaced."""
    try:
        recorded = (clusters / _PROGRAM).read_text()
    except OSError:
        return False  # an older version of sqlgen recorded nothing
    program, _, _ = recorded.rpartition("\n")
    return _identity(Path(program)) != recorded


def _identity(program: Path) -> str:
    """Return the path and the modification time of the program; empty if it does not exist."""
    try:
        return f"{program}\n{program.stat().st_mtime_ns}"
    except OSError:
        return ""
