"""Which clusters of embedded servers are deleted when one is started."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sqlgen.embedded import stale_clusters
from sqlgen.embedded.binaries import Binaries

DAY = 24 * 3600
Family = Callable[[str, float], Path]


@pytest.fixture
def binaries(tmp_path: Path) -> Binaries:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "postgres").touch()
    return Binaries(folder, 180000, "18.0")


@pytest.fixture
def family(tmp_path: Path, binaries: Binaries) -> Family:
    def make(name: str, days: float) -> Path:
        """A family with one cluster that was used so many days ago."""
        folder = tmp_path / "root" / name
        (folder / "0" / "data").mkdir(parents=True)
        used = time.time() - days * DAY
        (folder / "0.lock").touch()
        os.utime(folder / "0.lock", (used, used))
        stale_clusters.record_program(folder, binaries)
        return folder

    return make


def left(current: Path) -> list[str]:
    stale_clusters.delete_stale(current.parent, current)
    return sorted(path.name for path in current.parent.iterdir())


def test_what_was_not_used_for_a_week(family: Family) -> None:
    current = family("current", 30)
    family("old", 8)
    family("new", 6)
    (current.parent / "analyses").mkdir()
    assert left(current) == ["analyses", "current", "new"]


def test_whose_programs_are_gone_or_replaced(
    family: Family, binaries: Binaries
) -> None:
    current = family("current", 0)
    family("other", 0)
    assert left(current) == ["current", "other"]
    os.utime(binaries.folder / "postgres", (1, 1))
    assert left(current) == ["current"]
    family("third", 0)
    (binaries.folder / "postgres").unlink()
    assert left(current) == ["current"]


def test_what_a_process_holds(family: Family) -> None:
    current = family("current", 0)
    old = family("old", 100)
    lock = os.open(old / "0.lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert left(current) == ["current", "old"]
    os.close(lock)
    assert left(current) == ["current"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    stale_clusters.delete_stale(tmp_path / "nothing", tmp_path)
