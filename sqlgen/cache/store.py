"""key -> bytes, in files of the user's cache directory.

Each entry is a file that begins with a keyed digest of its content, the key being a secret of the
user's. So what others have written is not believed, and corrupted entries count as absent. An entry is
written under another name and then renamed, so it is complete or absent. Two processes may write the
same entry at once, since both write the same bytes.
"""

import os
import time
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Final

from .private_files import private_folder, read_private, write_private

LIMIT: Final = 256 * 2**20
"""The size of all entries in bytes above which the least recently used ones are deleted."""
_INTERVAL: Final = 24 * 3600
"""Seconds between two checks of the total size, and between two updates of an entry's time."""
_DIGEST_BYTES: Final = 32
_SECRET_BYTES: Final = 32
_SECRET: Final = "secret"
"""The file beside the entries that holds the secret."""


class Store:
    """The entries below *folder*, up to *limit* bytes in all; always empty without a folder.

    *secret* authenticates entries: those that were written with another one are absent.
    """

    def __init__(
        self, folder: Path | None, secret: bytes = b"", *, limit: int = LIMIT
    ) -> None:
        self._folder = folder if secret else None
        self._secret = secret
        self._limit = limit

    def __bool__(self) -> bool:
        """Return whether the store keeps anything at all."""
        return self._folder is not None

    @property
    def folder(self) -> Path | None:
        """Return the folder of the entries; `None` if the store keeps nothing."""
        return self._folder

    def elsewhere(self, folder: Path, *, limit: int) -> "Store":
        """Return a store below another *folder* with the same secret; it is empty if this one is."""
        return Store(folder if self else None, self._secret, limit=limit)

    def get(self, key: str) -> bytes | None:
        """Return the entry of *key*, or `None` if there is none."""
        if self._folder is None:
            return None
        try:
            with private_folder(f"{self._folder}/{key[:2]}") as folder:
                content = read_private(folder, key)
        except OSError:
            return None
        value = content[_DIGEST_BYTES:]
        if content[:_DIGEST_BYTES] != self._digest(key, value):
            return None
        path = self._folder / key[:2] / key
        with suppress(OSError):
            if time.time() - path.lstat().st_mtime > _INTERVAL:
                os.utime(path, follow_symlinks=False)
        return value

    def put(self, key: str, value: bytes) -> None:
        """Store an entry; do nothing if the folder cannot be written to or the disk is full."""
        if self._folder is None:
            return
        try:
            with private_folder(self._folder, create=True):
                path = self._folder / key[:2]
                with private_folder(path, create=True) as folder:
                    write_private(folder, key, self._digest(key, value), value)
        except OSError:
            return
        self._prune()

    def _digest(self, key: str, value: bytes) -> bytes:
        digest = blake2b(key.encode(), key=self._secret, digest_size=_DIGEST_BYTES)
        digest.update(value)
        return digest.digest()

    def _prune(self) -> None:
        """Delete the least recently used entries and abandoned temporary files, once a day."""
        assert self._folder is not None
        note = self._folder / "pruned"
        with suppress(OSError):
            if note.exists() and time.time() - note.stat().st_mtime < _INTERVAL:
                return
            note.touch(mode=0o600)
            prune(self._folder, self._limit)


def prune(folder: Path, limit: int) -> None:
    """Delete the least recently used entries of *folder* until all fit into *limit* bytes."""
    entries: list[tuple[float, int, Path]] = []
    for path in folder.glob("*/*"):
        with suppress(OSError):
            status = path.lstat()
            entries.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in entries)
    for used, size, path in sorted(entries):
        is_abandoned = path.suffix == ".half" and time.time() - used > _INTERVAL
        if total <= limit and not is_abandoned:
            continue
        with suppress(OSError):
            path.unlink()
            total -= size


def open_store(project: Path) -> Store:
    """Return the user's store, in `SQLGEN_CACHE_DIR` or in the system's folder for caches.

    It is empty if `SQLGEN_NO_CACHE` is set, if other users can write to the folder, or if that is in
    the checkout that the folder *project* belongs to: entries are unpickled, which can run code.
    """
    if os.environ.get("SQLGEN_NO_CACHE"):
        return Store(None)
    try:
        folder = _folder() / "analyses"
    except RuntimeError:  # neither the environment nor the system knows a home folder
        return Store(None)
    if folder.resolve().is_relative_to(_checkout(project.resolve())):
        return Store(None)
    try:
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with private_folder(folder, create=True):
                pass
        with private_folder(folder) as opened:
            return Store(folder, _secret_in(opened))
    except OSError:
        return Store(None)


def _secret_in(folder: int) -> bytes:
    """Return the secret in an open folder; make a new one where others may have read the last."""
    for _ in range(3):
        try:
            secret = read_private(folder, _SECRET, secret=True)
        except FileNotFoundError:
            # Another process may make one at the same time, which is then ours as well.
            with suppress(FileExistsError):
                new = os.urandom(_SECRET_BYTES)
                write_private(folder, _SECRET, new, replace=False)
            continue
        except OSError:
            secret = b""
        if len(secret) == _SECRET_BYTES:
            return secret
        write_private(folder, _SECRET, os.urandom(_SECRET_BYTES))
    return b""


def _checkout(project: Path) -> Path:
    """Return the top folder of the working tree that *project* is in, or *project* itself."""
    for folder in (project, *project.parents):
        if (folder / ".git").exists():
            return folder
    return project


def _folder() -> Path:
    if folder := os.environ.get("SQLGEN_CACHE_DIR"):
        return Path(folder)
    if os.uname().sysname == "Linux":
        # The same as platformdirs returns, whose import takes longer than everything else here.
        base = os.environ.get("XDG_CACHE_HOME", "").strip()
        return Path(base or Path.home() / ".cache") / "sqlgen"
    import platformdirs

    return platformdirs.user_cache_path("sqlgen", appauthor=False)
