"""Stale clusters are deleted when an embedded server starts."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sqlgen.embedded.account import Account
from sqlgen.embedded.clusters import stale_clusters
from sqlgen.embedded.programs.binaries import Binaries

DAY = 24 * 3600
MakeClusters = Callable[[str, float], Path]


@pytest.fixture
def binaries(tmp_path: Path) -> Binaries:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "postgres").touch()
    return Binaries(folder, 180000, "18.0")


@pytest.fixture
def make_clusters(tmp_path: Path, binaries: Binaries) -> MakeClusters:
    def make(name: str, days: float) -> Path:
        """Make a folder of clusters, with one that was last used so many days ago."""
        folder = tmp_path / "root" / name
        (folder / "0" / "data").mkdir(parents=True)
        used = time.time() - days * DAY
        (folder / "0.lock").touch()
        os.utime(folder / "0.lock", (used, used))
        stale_clusters.record_program(folder, binaries)
        return folder

    return make


def left(current: Path) -> list[str]:
    stale_clusters.delete_stale(current.parent, current, Account.current())
    return sorted(path.name for path in current.parent.iterdir())


def test_clusters_not_used_for_a_week_are_deleted(make_clusters: MakeClusters) -> None:
    current = make_clusters("current", 30)
    make_clusters("old", 8)
    make_clusters("new", 6)
    (current.parent / "analyses").mkdir()
    assert left(current) == ["analyses", "current", "new"]


def test_clusters_of_deleted_or_replaced_programs_are_deleted(
    make_clusters: MakeClusters, binaries: Binaries
) -> None:
    current = make_clusters("current", 0)
    make_clusters("other", 0)
    assert left(current) == ["current", "other"]
    os.utime(binaries.folder / "postgres", (1, 1))
    assert left(current) == ["current"]
    make_clusters("third", 0)
    (binaries.folder / "postgres").unlink()
    assert left(current) == ["current"]


def test_clusters_in_use_are_not_deleted(make_clusters: MakeClusters) -> None:
    current = make_clusters("current", 0)
    old = make_clusters("old", 100)
    lock = os.open(old / "0.lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert left(current) == ["current", "old"]
    os.close(lock)
    assert left(current) == ["current"]


def test_a_missing_folder_is_no_error(tmp_path: Path) -> None:
    stale_clusters.delete_stale(tmp_path / "nothing", tmp_path, Account.current())
