"""The operating system's user that the server runs as, and the folder of its files.

PostgreSQL refuses to run as root. Where sqlgen runs as root, mostly in a container, it starts the
server as another user.
"""

import os
import pwd
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from ..model.diagnostic import server_unavailable
from ..model.frozen import frozen

_MEMORY_NEEDED = 2**30  # bytes
_SHARED_MEMORY = Path("/dev/shm")


@frozen
class Account:
    """The user that runs the server: the arguments of that name for `subprocess`.

    They are None where it is the user who runs sqlgen.
    """

    user: int | None = None
    group: int | None = None
    extra_groups: tuple[int, ...] | None = None

    @classmethod
    def current(cls) -> "Account":
        """Return the account of the user who runs sqlgen."""
        return cls()

    @property
    def folder_mode(self) -> int:
        """Return the mode of a folder of ours through which the account has to pass."""
        return 0o700 if self.user is None else 0o755

    def make_private(self, folder: Path) -> None:
        """Make the account the owner of *folder*, and let nobody else look into it."""
        folder.chmod(0o700)
        self.own(folder)

    def own(self, file: Path | int) -> None:
        """Make the account the owner of a path, or of the file of a descriptor."""
        if self.user is None or self.group is None:
            return
        if isinstance(file, int):
            os.fchown(file, self.user, self.group)
        else:
            os.chown(file, self.user, self.group, follow_symlinks=False)

    def can_reach(self, path: Path) -> bool:
        """Return whether the account may pass through all folders on the way to *path*."""
        if self.user is None:
            return True
        return all(self._passes(folder) for folder in (path, *path.parents))

    def _passes(self, folder: Path) -> bool:
        try:
            status = folder.stat()
        except FileNotFoundError:
            return True  # sqlgen will create it, with a mode that lets everybody pass
        if status.st_uid == self.user:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.group:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_account() -> Account:
    """Return the account for a server: the current user, or for root `postgres` or else `nobody`.

    Raises `ServerUnavailableError` for root if neither user exists.
    """
    if os.geteuid() != 0:
        return Account.current()
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, ())
    raise server_unavailable(
        "PostgreSQL cannot run as root, and there is no user `postgres` or `nobody`",
        "create a user `postgres`, or run sqlgen as an ordinary user",
    )


def storage_folder(account: Account, *, in_memory: bool = False) -> Path:
    """Return the folder for the files of embedded servers, and create it if it does not exist.

    With *in_memory*, it is on Linux's memory file system if that has a gigabyte left: to create a
    database, PostgreSQL copies a few hundred small files, which takes 15 ms there and up to 300 ms
    on a busy disk.

    Otherwise it is the user's cache directory; for root the machine's if *account* cannot reach
    root's own; and a folder in the temporary directory if neither is writable, as in a container
    with a read-only home. It must be the user's own: another user could have put anything into it, and
    so could the author of a checkout.

    Raises `ServerUnavailableError` if none of these folders can be used.
    """
    problems: list[str] = []
    for folder in chain(_memory_folders() if in_memory else (), _lazily(_disk_folders)):
        if not account.can_reach(folder):
            problems.append(f"{folder}: not reachable by the server's user")
            continue
        if is_in_a_checkout(folder):
            problems.append(f"{folder}: in a git checkout, as whose files it may come")
            continue
        try:
            make_folder(folder, account)
            check_own(folder)
            folder.chmod(account.folder_mode)
        except OSError as error:
            problems.append(f"{folder}: {error.strerror or error}")
            continue
        return folder
    raise server_unavailable(
        f"no folder for the embedded server ({'; '.join(problems)})",
        "make the cache directory writable, or set `XDG_CACHE_HOME` to one that is",
    )


def make_folder(folder: Path, account: Account) -> None:
    """Create *folder*, and those above it, so that *account* can pass, whatever the umask is.

    Folders that exist stay as they are.
    """
    if not folder.is_dir():
        make_folder(folder.parent, account)
        with suppress(FileExistsError):  # another process was faster
            folder.mkdir(account.folder_mode)
            folder.chmod(account.folder_mode)


def existing_storage_folders() -> tuple[Path, ...]:
    """Return all folders that `storage_folder` may have returned before, if they exist and are ours."""
    folders = []
    for folder in (_SHARED_MEMORY / f"sqlgen-{os.geteuid()}", *_disk_folders()):
        with suppress(OSError):
            check_own(folder)
            folders.append(folder)
    return tuple(folders)


def make_readable(folder: Path) -> None:
    """Let every user, also the server's, read the files in *folder*, whatever the umask was."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)


def temporary_folder() -> Path:
    """Return the path of a folder of the user's in the temporary directory; it may not exist."""
    import tempfile

    return Path(tempfile.gettempdir()) / f"sqlgen-{os.geteuid()}"


def _memory_folders() -> tuple[Path, ...]:
    """Return a folder in `/dev/shm`, unless that is small: 64 MB is the default in containers."""
    if not _SHARED_MEMORY.is_mount():
        return ()
    space = os.statvfs(_SHARED_MEMORY)
    if space.f_bavail * space.f_frsize < _MEMORY_NEEDED:
        return ()
    return (_SHARED_MEMORY / f"sqlgen-{os.geteuid()}",)


def _lazily(folders: Callable[[], tuple[Path, ...]]) -> Iterator[Path]:
    """Yield the *folders*, and compute them only when the first one is needed."""
    yield from folders()


def _disk_folders() -> tuple[Path, ...]:
    import platformdirs  # rarely needed where there is a memory file system

    own = platformdirs.user_cache_path("sqlgen", appauthor=False)
    temporary = temporary_folder()
    if os.geteuid() == 0:
        return own, platformdirs.site_cache_path("sqlgen", appauthor=False), temporary
    if not own.is_absolute():
        return (
            temporary,
        )  # neither the environment nor the system knows a home folder
    return own, temporary


def is_in_a_checkout(folder: Path) -> bool:
    """Return whether the folder lies in a git checkout, or is one, as whose file anything in it may have come."""
    real = folder.resolve()
    return any((place / ".git").exists() for place in (real, *real.parents))


def check_own(folder: Path) -> None:
    """Raise `PermissionError` if another user owns the folder, or may have written into it."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise PermissionError(1, "exists, and is not a folder of this user's own")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        # Versions that created it with the umask have left it empty.
        if any(folder.iterdir()):
            raise PermissionError(1, "others may write into it")
        folder.chmod(0o700)
        if any(folder.iterdir()):
            raise PermissionError(1, "others have written into it")
