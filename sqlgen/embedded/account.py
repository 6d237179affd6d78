"""Who the server runs as, and which folders may be trusted with its files.

PostgreSQL refuses to run as root, so that root (a container, mostly) starts it as another user.
"""

import os
import pwd
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from ..model.diagnostic import Diagnostic, ServerUnavailableError
from ..model.frozen import frozen

_ROOM = 2**30
_SHARED = Path("/dev/shm")


@frozen
class Account:
    """The user that runs the server; None where that is the user who runs sqlgen.

    The fields have the form that `subprocess` takes.
    """

    user: int | None = None
    group: int | None = None
    extra_groups: tuple[int, ...] | None = None

    @classmethod
    def current(cls) -> "Account":
        """The user who runs sqlgen."""
        return cls()

    def make_private(self, folder: Path) -> None:
        """Make *folder* the account's own, for nobody else to look into."""
        folder.chmod(0o700)
        if self.user is not None and self.group is not None:
            os.chown(folder, self.user, self.group)

    def can_reach(self, path: Path) -> bool:
        """Whether the account may pass through all folders on the way to *path*."""
        if self.user is None:
            return True
        return all(self._passes(folder) for folder in (path, *path.parents))

    def _passes(self, folder: Path) -> bool:
        try:
            status = folder.stat()
        except FileNotFoundError:
            return True  # it is made by us, and open for all to pass through
        if status.st_uid == self.user:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.group:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_account() -> Account:
    """The account for a server: our own, or for root `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return Account.current()
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, ())
    raise _unavailable(
        "PostgreSQL cannot run as root, and there is no user `postgres` or `nobody`",
        "create a user `postgres`, or run sqlgen as an ordinary user",
    )


def storage_folder(account: Account, *, in_memory: bool = False) -> Path:
    """A folder for the embedded servers' files, made if need be.

    With *in_memory*, it is on Linux's memory file system where that has room: PostgreSQL copies a
    few hundred small files for a database, which takes 15 ms there and up to 300 ms on a busy disk.

    Else it is the user's cache directory; for root the machine's, where root's own cannot be
    reached by *account*; and a folder of the temporary directory where neither can be written to
    (a container with a read-only home). It is ours alone: a folder that somebody else made there is
    refused, for they could have put anything inside.

    Raises `ServerUnavailableError` where no folder will do.
    """
    problems: list[str] = []
    for folder in chain(_memory_folders() if in_memory else (), _lazily(_disk_folders)):
        if not account.can_reach(folder):
            problems.append(f"{folder}: not reachable by the server's user")
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _check_ours(folder)
            folder.chmod(0o700 if account.user is None else 0o755)
        except OSError as error:
            problems.append(f"{folder}: {error.strerror or error}")
            continue
        return folder
    raise _unavailable(
        f"no folder for the embedded server ({'; '.join(problems)})",
        "make the cache directory writable, or set `XDG_CACHE_HOME` to one that is",
    )


def existing_storage_folders() -> tuple[Path, ...]:
    """The folders that `home` may have given before, as far as they are there and ours."""
    found = []
    for folder in (_SHARED / f"sqlgen-{os.geteuid()}", *_disk_folders()):
        with suppress(OSError):
            _check_ours(folder)
            found.append(folder)
    return tuple(found)


def make_readable(folder: Path) -> None:
    """Let the server's user read what is in *folder*, whatever our umask is."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)


def _memory_folders() -> tuple[Path, ...]:
    """A folder of `/dev/shm`, unless that is the 64 MB which containers have by default."""
    if not _SHARED.is_mount():
        return ()
    room = os.statvfs(_SHARED)
    if room.f_bavail * room.f_frsize < _ROOM:
        return ()
    return (_SHARED / f"sqlgen-{os.geteuid()}",)


def _lazily(folders: Callable[[], tuple[Path, ...]]) -> Iterator[Path]:
    """The *folders*, found when the first is asked for."""
    yield from folders()


def _disk_folders() -> tuple[Path, ...]:
    import tempfile

    import platformdirs  # rarely needed where there is a memory file system

    own = platformdirs.user_cache_path("sqlgen", appauthor=False)
    temporary = Path(tempfile.gettempdir()) / f"sqlgen-{os.geteuid()}"
    if os.geteuid() == 0:
        return own, platformdirs.site_cache_path("sqlgen", appauthor=False), temporary
    return own, temporary


def _check_ours(folder: Path) -> None:
    """Raise `PermissionError` for a folder that another user owns or may write into."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise PermissionError(1, "exists, and is not a folder of this user's own")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(1, "others may write into it")


def _unavailable(message: str, hint: str) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(code="server-unavailable", message=message, label=None, hint=hint)
    )
