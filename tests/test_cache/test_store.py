"""Entries of the cache are complete or absent."""

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sqlgen import cache
from sqlgen.cache import open_store
from sqlgen.cache.store import prune

KEY = "ab" + "0" * 62
SECRET = b"the user's secret of 32 bytes..."


def store(folder: Path) -> cache.Store:
    return cache.Store(folder, SECRET)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the user's store, which a project elsewhere uses."""
    monkeypatch.delenv("SQLGEN_NO_CACHE", raising=False)
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "project").mkdir()
    return tmp_path / "cache" / "analyses"


def opened(folder: Path) -> cache.Store:
    """Return the user's store as a project beside it opens it."""
    return open_store(folder.parents[1] / "project")


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name == KEY]


def test_stored_entries_are_read(tmp_path: Path) -> None:
    assert store(tmp_path).get(KEY) is None
    store(tmp_path).put(KEY, b"value")
    assert store(tmp_path).get(KEY) == b"value"
    store(tmp_path).put(KEY, b"")
    assert store(tmp_path).get(KEY) == b""


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[:0],
        lambda content: content[:-1],
        lambda content: content + b"x",
        lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
        lambda content: b"\0" * len(content),
    ],
)
def test_a_corrupted_entry_is_absent(tmp_path: Path, change: object) -> None:
    store(tmp_path).put(KEY, b"a value of some length")
    [path] = entries(tmp_path)
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]
    assert store(tmp_path).get(KEY) is None
    store(tmp_path).put(KEY, b"again")
    assert store(tmp_path).get(KEY) == b"again"


def test_an_entry_under_another_key_is_absent(tmp_path: Path) -> None:
    store(tmp_path).put(KEY, b"value")
    [path] = entries(tmp_path)
    path.rename(path.with_name("ab" + "1" * 62))
    assert store(tmp_path).get("ab" + "1" * 62) is None


def test_a_folder_that_cannot_be_written_to_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    store(tmp_path / "file").put(KEY, b"value")
    assert store(tmp_path / "file").get(KEY) is None


def test_a_cache_that_others_can_write_to_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).put(KEY, b"value")
    assert opened(folder).get(KEY) == b"value"
    folder.chmod(0o777)
    assert not opened(folder)
    folder.chmod(0o700)
    monkeypatch.setenv("SQLGEN_NO_CACHE", "1")
    assert not opened(folder)
    assert opened(folder).get(KEY) is None


def linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o622])
def test_an_entry_that_others_can_write_to_is_absent(folder: Path, mode: int) -> None:
    opened(folder).put(KEY, b"value")
    [path] = entries(folder)
    path.chmod(mode)
    assert opened(folder).get(KEY) is None
    opened(folder).put(KEY, b"again")
    assert opened(folder).get(KEY) == b"again"


@pytest.mark.parametrize("mode", [0o702, 0o720, 0o777])
def test_entries_in_a_folder_that_others_can_write_to_are_absent(
    folder: Path, mode: int
) -> None:
    opened(folder).put(KEY, b"value")
    (folder / KEY[:2]).chmod(mode)
    assert opened(folder).get(KEY) is None
    opened(folder).put(KEY, b"again")
    assert opened(folder).get(KEY) == b"again"
    assert stat.S_IMODE((folder / KEY[:2]).stat().st_mode) == 0o700


@pytest.mark.parametrize("level", ["", KEY[:2], f"{KEY[:2]}/{KEY}"])
def test_links_are_not_followed(folder: Path, level: str) -> None:
    opened(folder).put(KEY, b"value")
    linked(folder / level)
    assert opened(folder).get(KEY) is None


def test_a_fifo_is_absent_and_does_not_block(folder: Path) -> None:
    opened(folder).put(KEY, b"value")
    [path] = entries(folder)
    path.unlink()
    os.mkfifo(path, 0o600)
    assert opened(folder).get(KEY) is None


def test_what_another_user_owns_is_absent(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).put(KEY, b"value")
    mine = opened(folder)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert mine.get(KEY) is None
    assert not opened(folder)


def test_entries_under_another_secret_are_absent(folder: Path) -> None:
    """A store that is copied from elsewhere entry by entry holds nothing."""
    opened(folder).put(KEY, b"value")
    secret = folder / "secret"
    assert len(secret.read_bytes()) == 32
    assert cache.Store(folder, b"another secret").get(KEY) is None
    assert cache.Store(folder, secret.read_bytes()).get(KEY) == b"value"


@pytest.mark.parametrize(
    "damage",
    [
        Path.unlink,
        linked,
        lambda path: path.chmod(0o644),
        lambda path: path.chmod(0o620),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(bytes(100)),
    ],
)
def test_a_secret_that_others_may_know_is_replaced(
    folder: Path, damage: Callable[[Path], None]
) -> None:
    opened(folder).put(KEY, b"value")
    before = (folder / "secret").read_bytes()
    damage(folder / "secret")
    assert opened(folder).get(KEY) is None
    opened(folder).put(KEY, b"again")
    assert opened(folder).get(KEY) == b"again"
    assert (folder / "secret").read_bytes() != before
    assert stat.S_IMODE((folder / "secret").lstat().st_mode) == 0o600


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o077, 0o777])
def test_modes_do_not_depend_on_the_umask(folder: Path, umask: int) -> None:
    previous = os.umask(umask)
    try:
        folder.parent.mkdir(mode=0o700)
        folder.parent.chmod(0o700)
        opened(folder).put(KEY, b"value")
        assert opened(folder).get(KEY) == b"value"
    finally:
        os.umask(previous)
    modes = {
        path.relative_to(folder).as_posix(): oct(path.stat().st_mode & 0o777)
        for path in (folder, *folder.rglob("*"))
    }
    assert modes == {
        ".": "0o700",
        "pruned": oct(0o600 & ~umask),
        "secret": "0o600",
        KEY[:2]: "0o700",
        f"{KEY[:2]}/{KEY}": "0o600",
    }


@pytest.mark.parametrize(
    ("top", "place"),
    [
        ("project", "project/.cache"),
        ("project", "project"),
        ("project", "project/sub/link"),
        (".", ".cache"),
        (".", "project/.cache"),
    ],
)
def test_a_cache_in_the_checkout_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, top: str, place: str
) -> None:
    """Whoever wrote the checkout may have written the cache, with its secret."""
    monkeypatch.delenv("SQLGEN_NO_CACHE", raising=False)
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path / place))
    (tmp_path / "project" / "sub").mkdir(parents=True)
    (tmp_path / "project" / "sub" / "link").symlink_to(tmp_path / "project")
    if top == ".":
        (tmp_path / ".git").mkdir()
    of_project = open_store(tmp_path / "project")
    assert not of_project
    assert not of_project.elsewhere(tmp_path / "elsewhere", limit=1)


def test_stores_elsewhere_have_the_same_secret(folder: Path) -> None:
    catalogs = opened(folder).elsewhere(folder.parent / "catalogs", limit=2**20)
    catalogs.put(KEY, b"catalog")
    again = opened(folder).elsewhere(folder.parent / "catalogs", limit=2**20)
    assert again.get(KEY) == b"catalog"
    assert cache.Store(folder.parent / "catalogs", SECRET).get(KEY) is None


def test_the_least_recently_used_entry_is_deleted_first(tmp_path: Path) -> None:
    for number in range(4):
        path = tmp_path / "aa" / str(number)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(100))
        os.utime(path, (number, number))
    (tmp_path / "aa" / "5.half").write_bytes(bytes(10))
    os.utime(tmp_path / "aa" / "5.half", (0, 0))
    prune(tmp_path, 200)
    assert sorted(p.name for p in (tmp_path / "aa").iterdir()) == ["2", "3"]


def test_many_may_write_and_read_at_once(tmp_path: Path) -> None:
    wrong: list[bytes | None] = []

    def work(number: int) -> None:
        for _ in range(100):
            store(tmp_path).put(KEY, bytes([number]) * 5000)
            value = store(tmp_path).get(KEY)
            if value is None or len(set(value)) != 1:
                wrong.append(value)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
