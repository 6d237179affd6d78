"""Clusters of embedded servers that nobody will use again: in memory they would stay till a reboot."""

import fcntl
import os
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from . import process
from .binaries import Binaries

_DAY = 24 * 3600
_WEEK = 7 * _DAY
_LOOKED = "looked"
_PROGRAM = "program"


def record_program(family: Path, binaries: Binaries) -> None:
    """Note down in *family*, a folder of clusters, whose they are."""
    note = family / _PROGRAM
    facts = _facts(binaries.folder / "postgres")
    if not note.exists():
        note.write_text(facts)


def cleanup_is_due(root: Path) -> bool:
    """Whether nobody has looked through *root* for a day; who asks is to look."""
    note = root / _LOOKED
    with suppress(OSError):
        if note.exists() and time.time() - note.stat().st_mtime < _DAY:
            return False
        note.touch()
    return True


def delete_stale(root: Path, current: Path) -> None:
    """Delete the families of clusters below *root* that are not *current* and not in use.

    They go if they were not used for a week, or if the programs that made them are gone or were
    replaced: others then have a family of their own.
    """
    with suppress(OSError):
        for family in root.iterdir():
            if family != current and family.is_dir():
                _delete_if_stale(family)


def _delete_if_stale(family: Path) -> None:
    locks = list(family.glob("*.lock"))
    if not locks:
        return
    used = max(lock.stat().st_mtime for lock in locks)
    if time.time() - used <= _WEEK and not _is_orphaned(family):
        return
    with ExitStack() as held:
        for path in locks:
            lock = os.open(path, os.O_RDWR)
            held.callback(os.close, lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if not process.stop_orphan(path.with_suffix("")):
                return
        import shutil  # rarely needed

        # Whoever comes now makes the family anew.
        away = family.with_name(f".{family.name}.{os.getpid()}")
        family.rename(away)
        shutil.rmtree(away, ignore_errors=True)


def _is_orphaned(family: Path) -> bool:
    try:
        program, _, _ = (noted := (family / _PROGRAM).read_text()).rpartition("\n")
    except OSError:
        return False  # of a version that noted nothing down
    return _facts(Path(program)) != noted


def _facts(program: Path) -> str:
    try:
        return f"{program}\n{program.stat().st_mtime_ns}"
    except OSError:
        return ""
