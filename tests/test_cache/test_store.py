"""Entries of the cache are complete or absent."""

import os
import threading
from pathlib import Path

import pytest

from sqlgen.cache import Store, open_store
from sqlgen.cache.store import prune

KEY = "ab" + "0" * 62


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name == KEY]


def test_stored_entries_are_read(tmp_path: Path) -> None:
    assert Store(tmp_path).get(KEY) is None
    Store(tmp_path).put(KEY, b"value")
    assert Store(tmp_path).get(KEY) == b"value"
    Store(tmp_path).put(KEY, b"")
    assert Store(tmp_path).get(KEY) == b""


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
    Store(tmp_path).put(KEY, b"a value of some length")
    [path] = entries(tmp_path)
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]
    assert Store(tmp_path).get(KEY) is None
    Store(tmp_path).put(KEY, b"again")
    assert Store(tmp_path).get(KEY) == b"again"


def test_an_entry_under_another_key_is_absent(tmp_path: Path) -> None:
    Store(tmp_path).put(KEY, b"value")
    [path] = entries(tmp_path)
    path.rename(path.with_name("ab" + "1" * 62))
    assert Store(tmp_path).get("ab" + "1" * 62) is None


def test_a_folder_that_cannot_be_written_to_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    Store(tmp_path / "file").put(KEY, b"value")
    assert Store(tmp_path / "file").get(KEY) is None


def test_a_cache_that_others_can_write_to_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SQLGEN_NO_CACHE", raising=False)
    monkeypatch.setenv("SQLGEN_CACHE_DIR", str(tmp_path))
    open_store().put(KEY, b"value")
    assert open_store().get(KEY) == b"value"
    (tmp_path / "analyses").chmod(0o777)
    assert not open_store()
    (tmp_path / "analyses").chmod(0o700)
    monkeypatch.setenv("SQLGEN_NO_CACHE", "1")
    assert not open_store()
    assert open_store().get(KEY) is None


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
            Store(tmp_path).put(KEY, bytes([number]) * 5000)
            value = Store(tmp_path).get(KEY)
            if value is None or len(set(value)) != 1:
                wrong.append(value)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
