"""A cluster's files -> a record of them, which tells later whether any is gone or has another size.

The record is written when a server has shut down properly, and deleted when the next one starts: a
cluster without it is not used again. A truncated table of a kept database would not stop the server,
but change what it says of a project.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from ..processes.boot import boot_id

Record = dict[str, str]
"""A digest for each folder of relations of the cluster, such as `global` or `base/5`."""

SHARED: Final = "global"
"""The folder of what all databases have in common."""

_RECORD: Final = "sound"
_VOLATILE: Final = frozenset({"pg_internal.init", "pgsql_tmp"})
"""The files that the server writes and deletes as it likes."""


def take_record(folder: Path) -> Record | None:
    """Return and delete the record of the cluster in *folder*, None as `read_record`."""
    record = read_record(folder)
    try:
        (folder / _RECORD).unlink(missing_ok=True)
    except OSError:
        return None
    return record


def read_record(folder: Path) -> Record | None:
    """Return the record of the cluster in *folder*.

    Returns None if there is none, or if the machine was started anew since then: nothing is synced to
    disk.
    """
    try:
        lines = (folder / _RECORD).read_text("utf-8").split("\n")
        boot, record = lines[0], dict(line.rsplit(" ", 1) for line in lines[1:])
    except (OSError, ValueError):
        return None
    return record if boot == boot_id().strip() else None


def write_record(folder: Path, record: Mapping[str, str]) -> None:
    """Write the record of the cluster in *folder*, complete or not at all."""
    lines = [boot_id().strip(), *(f"{name} {value}" for name, value in record.items())]
    half = folder / f"{_RECORD}.half"
    half.write_text("\n".join(lines), "utf-8")
    half.replace(folder / _RECORD)


def record_of(folder: Path, names: Iterable[str] | None = None) -> Record:
    """Return the record of the relations in the folders *names* of the cluster, or in all.

    Raises `OSError` if one of the folders is not there.
    """
    data = folder / "data"
    if names is None:
        bases = sorted(path.name for path in (data / "base").iterdir())
        names = (SHARED, *(f"base/{base}" for base in bases if base not in _VOLATILE))
    return {name: _digest(data / name) for name in names}


def _digest(folder: Path) -> str:
    """Return the digest of the names and sizes of the files in *folder*."""
    with os.scandir(folder) as entries:
        sizes = [
            (entry.name, entry.stat(follow_symlinks=False).st_size)
            for entry in entries
            if entry.name not in _VOLATILE
        ]
    return hashlib.sha256(repr(sorted(sizes)).encode()).hexdigest()
