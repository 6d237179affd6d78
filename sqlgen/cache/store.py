"""Key -> bytes, in files of the user's cache directory.

Each entry is a file with its own checksum in front, written beside its place and moved there in one
step. So an entry is whole or it is absent: half-written, corrupted and deleted ones are simply not
there, and two processes that write one entry both write the same.
"""

import hashlib
import os
import stat
import time
from contextlib import suppress
from pathlib import Path
from threading import get_ident
from typing import Final

LIMIT: Final = 256 * 2**20
"""Bytes that all entries together may take; beyond that the ones unused for longest go."""
_PRUNED: Final = 24 * 3600
"""Seconds between two looks at the size of it all, and between two notes of an entry's use."""
_CHECKSUM: Final = hashlib.sha256().digest_size


class Store:
    """The entries below a folder, of *limit* bytes in all; one without a folder never has any."""

    def __init__(self, folder: Path | None, *, limit: int = LIMIT) -> None:
        self._folder = folder
        self._limit = limit

    def __bool__(self) -> bool:
        """Whether anything is kept at all."""
        return self._folder is not None

    def get(self, key: str) -> bytes | None:
        """The entry of that key, or None."""
        if self._folder is None:
            return None
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        checksum, value = content[:_CHECKSUM], content[_CHECKSUM:]
        if checksum != hashlib.sha256(key.encode() + value).digest():
            return None
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _PRUNED:
                os.utime(path)
        return value

    def put(self, key: str, value: bytes) -> None:
        """Keep an entry. A folder that cannot be written to, or a full disk, is no mistake."""
        if self._folder is None:
            return
        path = self._path(key)
        half = path.with_name(f"{path.name}.{os.getpid()}.{get_ident()}.half")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            half.write_bytes(hashlib.sha256(key.encode() + value).digest() + value)
            half.replace(path)
        except OSError:
            with suppress(OSError):
                half.unlink(missing_ok=True)
        else:
            self._prune()

    def _path(self, key: str) -> Path:
        assert self._folder is not None
        return self._folder / key[:2] / key

    def _prune(self) -> None:
        """Once a day, delete what was not used for longest, and what was left half-written."""
        assert self._folder is not None
        note = self._folder / "pruned"
        with suppress(OSError):
            if note.exists() and time.time() - note.stat().st_mtime < _PRUNED:
                return
            note.touch()
            prune(self._folder, self._limit)


def prune(folder: Path, limit: int) -> None:
    """Delete entries of *folder*, those unused for longest first, until they fit into *limit*."""
    found: list[tuple[float, int, Path]] = []
    for path in folder.glob("*/*"):
        with suppress(OSError):
            status = path.stat()
            found.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in found)
    for used, size, path in sorted(found):
        is_left_over = path.suffix == ".half" and time.time() - used > _PRUNED
        if total <= limit and not is_left_over:
            continue
        with suppress(OSError):
            path.unlink()
            total -= size


def open_store() -> Store:
    """The user's store: in `SQLGEN_CACHE_DIR`, or where the system keeps caches.

    `SQLGEN_NO_CACHE` turns it off. A folder that others can write into is not used, since what is
    in it is believed.
    """
    if os.environ.get("SQLGEN_NO_CACHE"):
        return Store(None)
    folder = _folder() / "analyses"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = folder.lstat()
    except OSError:
        return Store(None)
    writable = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return Store(folder if ours and not writable else None)


def _folder() -> Path:
    if given := os.environ.get("SQLGEN_CACHE_DIR"):
        return Path(given)
    if os.uname().sysname == "Linux":
        # As platformdirs has it, whose import takes longer than all the rest.
        base = os.environ.get("XDG_CACHE_HOME", "").strip()
        return Path(base or Path.home() / ".cache") / "sqlgen"
    import platformdirs

    return platformdirs.user_cache_path("sqlgen", appauthor=False)
