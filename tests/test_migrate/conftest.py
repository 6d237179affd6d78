"""A database that migrations run on, and folders with migrations in them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sqlgen import parse, read
from sqlgen.model.migration import Migration

Files = Mapping[str, str | bytes]
Folder = Callable[[Files], tuple[Migration, ...]]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return a function that replaces the files of `migrations/` and parses them."""

    def write(files: Files) -> tuple[Migration, ...]:
        target = tmp_path / "migrations"
        target.mkdir(exist_ok=True)
        for old in target.iterdir():
            old.unlink()
        for name, text in files.items():
            content = text.encode() if isinstance(text, str) else text
            (target / name).write_bytes(content)
        return parse.migrations(read.sources(tmp_path, "migrations"))

    return write
