"""key -> bytes, in files of the user's cache directory.

Each entry is a file that begins with a checksum. It is written under another name and then renamed,
so an entry is complete or absent; corrupted ones count as absent. Two processes may write the same
entry at once, since both write the same bytes.
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
"""The size of all entries in bytes above which the least recently used ones are deleted."""
_INTERVAL: Final = 24 * 3600
"""Seconds between two checks of the total size, and between two updates of an entry's time."""
_CHECKSUM: Final = hashlib.sha256().digest_size


class Store:
    """The entries below *folder*, up to *limit* bytes in all; always empty without a folder."""

    def __init__(self, folder: Path | None, *, limit: int = LIMIT) -> None:
        self._folder = folder
        self._limit = limit

    def __bool__(self) -> bool:
        """Return whether the store keeps anything at all."""
        return self._folder is not None

    def get(self, key: str) -> bytes | None:
        """Return the entry of *key*, or `None` if there is none."""
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
            if time.time() - path.stat().st_mtime > _INTERVAL:
                os.utime(path)
        return value

    def put(self, key: str, value: bytes) -> None:
        """Store an entry; do nothing if the folder cannot be written to or the disk is full."""
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
        """Delete the least recently used entries and abandoned temporary files, once a day."""
        assert self._folder is not None
        note = self._folder / "pruned"
        with suppress(OSError):
            if note.exists() and time.time() - note.stat().st_mtime < _INTERVAL:
                return
            note.touch()
            prune(self._folder, self._limit)


def prune(folder: Path, limit: int) -> None:
    """Delete the least recently used entries of *folder* until all fit into *limit* bytes."""
    entries: list[tuple[float, int, Path]] = []
    for path in folder.glob("*/*"):
        with suppress(OSError):
            status = path.stat()
            entries.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in entries)
    for used, size, path in sorted(entries):
        is_abandoned = path.suffix == ".half" and time.time() - used > _INTERVAL
        if total <= limit and not is_abandoned:
            continue
        with suppress(OSError):
            path.unlink()
            total -= size


def open_store() -> Store:
    """Return the user's store, in `SQLGEN_CACHE_DIR` or in the system's folder for caches.

    It is empty if `SQLGEN_NO_CACHE` is set, or if other users can write to the folder: entries are
    unpickled, which can run code.
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
    if folder := os.environ.get("SQLGEN_CACHE_DIR"):
        return Path(folder)
    if os.uname().sysname == "Linux":
        # The same as platformdirs returns, whose import takes longer than everything else here.
        base = os.environ.get("XDG_CACHE_HOME", "").strip()
        return Path(base or Path.home() / ".cache") / "sqlgen"
    import platformdirs

    return platformdirs.user_cache_path("sqlgen", appauthor=False)
